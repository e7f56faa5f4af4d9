import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@sluice/core';
import { Frequency, Table } from '@sluice/data';
import { afterAll, vi } from 'vitest';
import type { Series } from '../data/series.ts';
import { main } from '../program.ts';
import type { Settings } from '../settings.ts';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the app from its source, with its output in pipes. */
export function run(args: readonly string[], folder: string): Promise<Result> {
  return start(args, folder).result;
}

export function start(args: readonly string[], folder: string) {
  const { NODE_OPTIONS: _, INIT_CWD: __, ...env } = process.env;
  const node = ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, cli];
  const child = spawn(process.execPath, [...node, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const result = new Promise<Result>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
  return { child, result };
}

/** The same in this process, where it starts at once. */
export async function runHere(args: readonly string[], folder: string): Promise<Result> {
  vi.stubEnv('INIT_CWD', folder);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += text;
      return true;
    });
  }
  try {
    return { exitCode: await main(args), ...output };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

/** A new folder; removed after the tests of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forecast-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Days of a wave of 7 days on a slope, with noise, which a network can learn and persistence cannot. */
export function waveSeries(rows: number): Series {
  const noise = new Random(5).normal(rows);
  const load = Array.from(noise, (by, row) => 50 + row / 20 + 10 * Math.sin((2 * Math.PI * row) / 7) + by);
  const dates = Float64Array.from({ length: rows }, (_, row) => Date.UTC(2020, 0, 1 + row));
  const table = Table.ofNumbers({ load, wind: load.map((value, row) => value * (row % 3)) });
  return { name: 'wave', table, dates, frequency: Frequency.of('day') };
}

export const waveSettings: Settings = {
  dataset: 'csv',
  target: 'load',
  date: 'date',
  unit: 'MW',
  covariates: { wind: 'standard' },
  calendar: { dayOfWeek: 'cyclic' },
  log: false,
  level: true,
  season: 7,
  anchor: 'last',
  window: 8,
  horizon: 3,
  cell: 'lstm',
  hidden: 8,
  layers: 1,
  dropout: 0,
  head: 'quantile',
  validationStart: 150,
  testStart: 170,
};
