import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { defineModel, encodeModel, loadModel as loadFiles } from './index.ts';
import { loadModel, saveModel } from './node.ts';
import { createDevice, createParts, definition } from './testing/support.ts';

const names = ['README.md', 'config.json', 'model.safetensors', 'preprocessing.json'] as const;
const hiddenOf = (seed: number) => 1 + (seed % 5);
const partsOf = (seed: number) => createParts(seed, hiddenOf(seed));

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'sluice-writers-')), 'model');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(join(folder, '..'), { recursive: true });
});

const saver = new URL('./testing/saver.ts', import.meta.url);
const leaver = new URL('./testing/leaver.ts', import.meta.url);

function argumentsOf(script: URL): string[] {
  return ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, fileURLToPath(script), folder];
}

/** The seed of the model in the folder, all files of which are those of its save, and no other ones are there. */
async function expectOneSave(): Promise<number> {
  const device = createDevice();
  const { model, preprocessing } = await loadModel(folder, definition, device);
  model.dispose();
  const seed = preprocessing.scale.factor;
  const files = await encodeModel(definition, partsOf(seed));
  expect((await readdir(folder)).sort()).toEqual(names);
  for (const name of names) expect(new Uint8Array(await readFile(join(folder, name)))).toEqual(files[name]);
  return seed;
}

const rounds = 40;

it('is one of two saves at one time, forty times', async ({ annotate }) => {
  for (let round = 0; round < rounds; round++) {
    const seeds = [2 * round + 1, 2 * round + 2];
    const saves = await Promise.allSettled(seeds.map((seed) => saveModel(folder, definition, partsOf(seed))));
    expect(saves.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(seeds).toContain(await expectOneSave());
    if (round % 3 === 0) await rm(folder, { recursive: true });
  }
  await annotate(
    `${rounds} pairs of saves into one folder at one time: each folder is one of the two, whole`,
    'figure',
  );
});

it('is one of the saves of several processes', { timeout: 120_000 }, async ({ annotate }) => {
  const savers = [100, 200, 300].map((first) =>
    spawn(process.execPath, [...argumentsOf(saver), String(first), '8'], { stdio: 'inherit' }),
  );
  const ends = await Promise.all(savers.map((saver) => once(saver, 'exit')));
  expect(ends).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  expect([100, 200, 300]).toContain(100 * Math.floor((await expectOneSave()) / 100));
  await annotate('3 processes with 8 saves each into one folder: one of them, whole', 'figure');
});

it('loads as one save or another while it is replaced', async () => {
  await saveModel(folder, definition, partsOf(1));
  const device = createDevice();
  let saving = true;
  const saves = (async () => {
    for (let seed = 2; seed < 40; seed++) await saveModel(folder, definition, partsOf(seed));
    saving = false;
  })();
  while (saving) {
    const { model, config, preprocessing } = await loadModel(folder, definition, device);
    expect(config.hidden).toBe(hiddenOf(preprocessing.scale.factor));
    model.dispose();
  }
  await saves;
  expect([await expectOneSave(), device.live]).toEqual([39, 0]);
});

it.each(['model.safetensors', 'preprocessing.json'] as const)(
  'finds %s that a save puts in its place between two looks',
  async (moved) => {
    const [before, after] = await Promise.all([1, 2].map((seed) => encodeModel(definition, createParts(seed))));
    let isMoved = false;
    const read = async (name: string) => {
      if (name === `${moved}.new`) {
        isMoved = true;
        throw new Error('ENOENT');
      }
      return (name === moved && !isMoved ? before : after)![name as typeof moved];
    };
    const { preprocessing } = await loadFiles(read, definition, createDevice());
    expect(preprocessing.scale.factor).toBe(2);
  },
);

it('lets one of two kinds have the folder, whole', async () => {
  const other = defineModel({ ...definition, kind: 'other' });
  const saves = await Promise.allSettled([
    saveModel(folder, definition, partsOf(1)),
    saveModel(folder, other, partsOf(2)),
  ]);
  expect(saves.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = saves.find((save) => save.status === 'rejected')?.reason as Error;
  expect(refused.message).toMatch(/^saveModel: .* holds a model of kind "(test|other)", expected no such file/);
  const kept = saves[0].status === 'fulfilled' ? definition : other;
  const { model } = await loadModel(folder, kept, createDevice());
  expect(model.hiddenSize).toBe(saves[0].status === 'fulfilled' ? 2 : 3);
  expect((await readdir(folder)).sort()).toEqual(names);
});

it('waits for nobody who is gone, and takes away what they have left', async () => {
  await saveModel(folder, definition, partsOf(1));
  const left = execFileSync(process.execPath, [...argumentsOf(leaver), ...names], { encoding: 'utf8' });
  const stamp = /([^.]+)\.tmp$/.exec(left.trim())?.[1] as string;
  await writeFile(join(folder, 'config.json.lock'), stamp);
  expect(await readdir(folder)).toHaveLength(9);
  await writeFile(join(folder, 'model.safetensors.new'), 'of a save that never came to be');
  await saveModel(folder, definition, partsOf(2));
  expect(await expectOneSave()).toBe(2);
});

it('leaves the last save when the disk is full, whichever file does not fit', async ({ annotate }) => {
  await saveModel(folder, definition, partsOf(1));
  const handle = await open(join(folder, 'config.json'), 'r');
  await handle.close();
  const prototype = Object.getPrototypeOf(handle) as {
    writeFile: (this: unknown, content: Uint8Array) => Promise<void>;
  };
  const real = prototype.writeFile;
  for (let fits = 0; fits < names.length; fits++) {
    let written = 0;
    vi.spyOn(prototype, 'writeFile').mockImplementation(function (this: unknown, content) {
      if (written++ < fits) return real.call(this, content);
      return Promise.reject(new Error('ENOSPC: no space left on device'));
    });
    await expect(saveModel(folder, definition, partsOf(2))).rejects.toThrow('ENOSPC');
    vi.restoreAllMocks();
    expect(await expectOneSave()).toBe(1);
  }
  await annotate(`a full disk at each of ${names.length} files of a save: the last save stays, whole`, 'figure');
});

it('replaces links, and leaves what they point at', async () => {
  const store = join(folder, '..', 'store');
  await mkdir(store);
  await mkdir(folder);
  const files = await encodeModel(definition, partsOf(1));
  for (const name of names) {
    await writeFile(join(store, name), files[name]);
    await symlink(join(store, name), join(folder, name));
  }
  expect(await expectOneSave()).toBe(1);
  await saveModel(folder, definition, partsOf(2));
  expect(await expectOneSave()).toBe(2);
  for (const name of names) {
    expect((await lstat(join(folder, name))).isSymbolicLink()).toBe(false);
    expect(new Uint8Array(await readFile(join(store, name)))).toEqual(files[name]);
  }
});

it('saves through a link to the folder', async () => {
  const link = join(folder, '..', 'link');
  await mkdir(folder);
  await symlink(folder, link);
  await Promise.all([saveModel(link, definition, partsOf(1)), saveModel(folder, definition, partsOf(2))]);
  expect([1, 2]).toContain(await expectOneSave());
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
});
