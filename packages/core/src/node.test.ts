import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FormatError, OptionError, Random } from './index.ts';
import { newStamp } from './node/owner.ts';
import { readRegularFile, withLock, writeFileWhole } from './node.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-core-'));
  path = join(folder, 'file');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const script = fileURLToPath(new URL('./testing/writer.ts', import.meta.url));
function startWriter(counter: string, rounds: number): ChildProcess {
  const args = ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, script];
  return spawn(process.execPath, [...args, counter, path, String(rounds)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The stamp of a process that has ended. */
async function deadStamp(): Promise<string> {
  const ended = spawn(process.execPath, ['-e', '']);
  await once(ended, 'exit');
  return newStamp().replace(`-${process.pid}-`, `-${ended.pid}-`);
}

describe('writeFileWhole', () => {
  it('keeps permissions, and replaces a link by a file', async () => {
    await writeFile(path, 'old');
    await chmod(path, 0o600);
    await writeFileWhole(path, 'new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const link = join(folder, 'link');
    await symlink(path, link);
    await writeFileWhole(link, 'newer');
    expect([await readFile(path, 'utf8'), await readFile(link, 'utf8')]).toEqual(['new', 'newer']);
    await symlink(join(folder, 'nothing'), join(folder, 'dangling'));
    await writeFileWhole(join(folder, 'dangling'), 'x');
    expect((await readdir(folder)).sort()).toEqual(['dangling', 'file', 'link']);
  });

  it('refuses what is no regular file, through links too', async () => {
    await mkdir(path);
    await symlink(path, join(folder, 'link'));
    await symlink('/dev/null', join(folder, 'null'));
    for (const [target, kind] of [
      [path, 'folder'],
      [join(folder, 'link'), 'folder'],
      ['/dev/null', 'device or pipe'],
      [join(folder, 'null'), 'device or pipe'],
    ] as const) {
      const writing = writeFileWhole(target, 'x');
      await expect(writing).rejects.toThrow(OptionError);
      await expect(writing).rejects.toThrow(`writeFileWhole: ${target} is a ${kind}, expected a regular file or none`);
    }
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['file', 'link', 'null']);
  });

  it('takes away what killed writers have left of this file, and nothing else', async () => {
    const dead = await deadStamp();
    const left = `file.${dead}.tmp`;
    const others = [`file.${newStamp()}.tmp`, `other.${dead}.tmp`, 'file.tmp', `file.${dead.slice(2)}.tmp`];
    for (const name of [left, ...others]) await writeFile(join(folder, name), 'x');
    await writeFileWhole(path, 'new');
    expect((await readdir(folder)).sort()).toEqual(['file', ...others].sort());
  });

  it('writes names of any length that the file system takes', async () => {
    const long = join(folder, 'ä'.repeat(127));
    await writeFileWhole(long, 'x');
    expect(await readdir(folder)).toEqual([basename(long).normalize()]);
  });

  it('leaves one of many written at a time', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(contents.map((content) => writeFileWhole(path, content)));
    expect(contents).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.each(['chmod', 'writeFile', 'sync'] as const)('leaves the file as it was when %s fails', async (method) => {
    await writeFile(path, 'old');
    const handle = await open(path, 'r');
    await handle.close();
    const prototype = Object.getPrototypeOf(handle) as Record<typeof method, () => Promise<void>>;
    vi.spyOn(prototype, method).mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    await expect(writeFileWhole(path, 'new')).rejects.toThrow('ENOSPC');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });
});

describe('withLock', () => {
  it('gives the result, passes errors on, and is gone afterwards', async () => {
    expect(await withLock(path, () => 7)).toBe(7);
    const failing = withLock(path, () => {
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect(await readdir(folder)).toEqual([]);
    await expect(withLock(join(path, 'no', 'folder'), () => 1)).rejects.toThrow('ENOENT');
    await mkdir(path);
    await expect(withLock(path, () => 1)).rejects.toThrow('EISDIR');
  });

  it('waits for one that is held, and takes away that of a dead process', async () => {
    await writeFile(path, newStamp());
    let entered = false;
    const waiting = withLock(path, () => {
      entered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(entered).toBe(false);
    await writeFile(path, await deadStamp());
    await waiting;
    await writeFile(path, await deadStamp());
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((i) => withLock(path, () => order.push(i))));
    expect(order.sort()).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves alone the lock of another that has taken it away meanwhile', async () => {
    const other = newStamp();
    await withLock(path, () => writeFileSync(path, other));
    expect(await readFile(path, 'utf8')).toBe(other);
  });

  it('holds between processes, some of which are killed', { timeout: 120_000 }, async () => {
    const counter = join(folder, 'count');
    await writeFile(counter, '0');
    const random = new Random(1);
    const [killed, ...others] = [startWriter(counter, 1e6), startWriter(counter, 40), startWriter(counter, 40)];
    const ended = others.map((child) => once(child, 'exit'));
    let told = 0;
    killed.stdout?.on('data', (piece: Buffer) => {
      told += piece.length;
    });
    await once(killed.stdout as NodeJS.EventEmitter, 'data');
    await new Promise((resolve) => setTimeout(resolve, 50 * random.next()));
    const end = once(killed, 'close');
    killed.kill('SIGKILL');
    await end;
    for (const each of ended) expect(await each).toEqual([0, null]);
    const count = Number(await readFile(counter, 'utf8'));
    // What it was about when it was killed may be counted or not.
    expect([80 + told, 81 + told]).toContain(count);
    await writeFileWhole(path, '');
    expect((await readdir(folder)).sort()).toEqual(['count', 'file']);
  });
});

describe('readRegularFile', () => {
  it('reads a file, also through a link', async () => {
    await writeFile(path, 'abc');
    await symlink(path, join(folder, 'link'));
    expect(await readRegularFile(join(folder, 'link'), 3)).toEqual(Uint8Array.from([97, 98, 99]));
  });

  it('refuses devices, pipes, folders and what is too long, and does not wait', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await symlink('/dev/zero', join(folder, 'zero'));
    for (const device of ['/dev/zero', join(folder, 'zero'), pipe]) {
      const reading = readRegularFile(device);
      await expect(reading).rejects.toThrow(FormatError);
      await expect(reading).rejects.toThrow(
        `${device}: cannot be read: is a device or a pipe, expected a regular file`,
      );
    }
    await expect(readRegularFile(folder)).rejects.toThrow('is a folder, expected a regular file');
    await expect(readRegularFile(path)).rejects.toThrow(`${path}: cannot be read: ENOENT`);
    await writeFile(path, 'abcd');
    await expect(readRegularFile(path, 3)).rejects.toThrow(`${path}: has 4 bytes, expected at most 3`);
    await truncate(path, 2 ** 40);
    await expect(readRegularFile(path)).rejects.toThrow(`${path}: cannot be read: `);
  });
});
