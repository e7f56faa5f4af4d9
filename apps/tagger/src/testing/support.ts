import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the app from its source, with its output in pipes; `listen` is told of the output so far, and may stop reading or send signals. */
export function run(args: readonly string[], listen?: (stdout: string, child: ChildProcess) => void): Promise<Result> {
  const { NODE_OPTIONS: _, INIT_CWD: __, ...environment } = process.env;
  const node = ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, cli];
  const child = spawn(process.execPath, [...node, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    listen?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** A new folder, removed after the tests of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tagger-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
