import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@sluice/core';
import { afterAll } from 'vitest';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface Result {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the app from its source, with its output in pipes. */
export function start(
  args: readonly string[],
  folder: string,
  variables: NodeJS.ProcessEnv = {},
): { child: ChildProcess; result: Promise<Result> } {
  const { NODE_OPTIONS: _, npm_lifecycle_event: __, NO_COLOR: ___, ...environment } = process.env;
  const node = ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, cli];
  const child = spawn(process.execPath, [...node, ...args], {
    cwd: folder,
    env: { ...environment, FORCE_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const result = new Promise<Result>((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { child, result };
}

export function run(args: readonly string[], folder: string, variables?: NodeJS.ProcessEnv): Promise<Result> {
  return start(args, folder, variables).result;
}

/** A new folder with a small `text.txt`; removed after the tests of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'char-lm-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const random = new Random(3);
  const words = ['the', 'whale', 'sea', 'and', 'ship', 'of', 'white', 'Ahab'];
  const text = Array.from({ length: 600 }, () => words[random.integer(0, words.length)]).join(' ');
  writeFileSync(join(folder, 'text.txt'), text);
  return folder;
}

/** A training of a few hundred quick steps. */
const sizes = ['--hidden', '8', '--embedding', '4', '--batch', '4', '--time', '8'];
/** On the backend whose bits are the same everywhere. */
export const tiny = ['--text', 'text.txt', '--backend', 'js', ...sizes];
