import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { type Image, size } from '../image.ts';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the app from its source, in a folder, with its output in pipes; `listen` is told of the output so far, and may stop reading or send signals. */
export function run(
  args: readonly string[],
  folder: string,
  listen?: (stdout: string, child: ChildProcess) => void,
): Promise<Result> {
  const { NODE_OPTIONS: _, INIT_CWD: __, ...environment } = process.env;
  const node = ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, cli];
  const child = spawn(process.execPath, [...node, ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      if (name === 'stdout') listen?.(texts.stdout, child);
    });
  }
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, ...texts }));
  });
}

/** A new folder, removed after the tests of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'digits-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture drawn with characters, `#` for ink. */
export function draw(...rows: string[]): Image {
  const pixels = Float32Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return { width: rows[0]!.length, height: rows.length, pixels };
}

/** 28 x 28 with a bar of ink: from column `x` on, `width` columns. */
export function bar(x: number, width: number): Image {
  const pixels = new Float32Array(size * size);
  for (let y = 4; y < 24; y++) pixels.fill(1, y * size + x, y * size + x + width);
  return { width: size, height: size, pixels };
}
