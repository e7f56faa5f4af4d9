import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { compare, quickSchedule } from './compare.ts';
import { type Participant, sluiceParticipants } from './participants.ts';
import { ratiosOf } from './report.ts';
import { operationsOf, tinyWorkloads, workloads } from './workloads.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
// From the sources: tests run without a build.
const sources = ['--conditions=@sluice/source', `--import=${tsx}`];
const own = sluiceParticipants(process.execPath, process.version, sources, ['js', 'wasm simd', 'wasm simd, 2 threads']);
const quiet = () => {};

it('runs every workload on js and wasm, and sets them beside a peer', async () => {
  const rival: Participant = { ...own[0]!, label: 'the same again', peer: 'rival' };
  const comparison = await compare([...own, rival], { ...quickSchedule, workloads: tinyWorkloads }, quiet);
  const { results, refused, versions } = comparison;
  expect(refused).toEqual([]);
  expect(versions).toEqual({ Node: process.versions.node });
  expect(results).toHaveLength(4 * 2 * tinyWorkloads.length);
  for (const result of results) {
    expect(result).not.toHaveProperty('note');
    expect(result.times?.sections).toBe(2);
    expect(result.gigaflops).toBeGreaterThan(0);
    expect(result.ceilingShare !== undefined).toBe(result.mode === 'training' && result.peer === undefined);
  }
  expect(ratiosOf(comparison)).toHaveLength(3 * 2 * tinyWorkloads.length);
}, 60_000);

it('tells of a participant that refuses, fails or ends, and goes on', async () => {
  const program = (label: string, code: string): Participant => ({
    label,
    command: process.execPath,
    args: ['-e', code],
  });
  const answering = (line: string) =>
    `console.log('{"versions":{}}'); process.stdin.on('data', () => console.log(${JSON.stringify(line)}))`;
  const { results, refused } = await compare(
    [
      program('refuses', `console.log('{"unsupported":"no SIMD"}')`),
      program('ends', 'throw new Error("broken")'),
      { label: 'absent', command: '/no/such/program', args: [] },
      program('fails', answering('{"error":"out of memory"}')),
      program('cannot', answering('{"unsupported":"no training"}')),
    ],
    { ...quickSchedule, workloads: tinyWorkloads.slice(0, 1) },
    quiet,
  );
  expect(refused.map((line) => line.split(/[.\n]/)[0])).toEqual([
    'refuses: no SIMD',
    'ends: the process ended',
    'absent: the process ended',
  ]);
  expect(refused[1]).toContain('broken');
  expect(results.map(({ participant, note }) => `${participant} ${note}`)).toEqual([
    'fails failed: out of memory',
    'cannot no training',
    'fails failed: out of memory',
    'cannot no training',
  ]);
});

it('does not begin what would take too long', async () => {
  const answer = `console.log('{"versions":{}}');
    process.stdin.on('data', () => console.log('{"milliseconds":1000,"value":1}'))`;
  const slow: Participant = { label: 'slow', peer: 'slow', command: process.execPath, args: ['-e', answer] };
  const chosen = workloads.filter(({ name }) => name === 'forecast' || name === 'char512');
  const { results } = await compare([slow], { ...quickSchedule, workloads: chosen, fresh: true }, quiet);
  expect(results.map(({ times, note }) => note ?? times?.median)).toEqual([
    1000,
    1000,
    expect.stringMatching(/^not run: one run would take about 1\d\d s/),
    expect.stringMatching(/^not run: one run would take about 1\d\d s/),
  ]);
});

it('gives slow ones fewer sections', async () => {
  const answer = `console.log('{"versions":{}}');
    process.stdin.on('data', () => console.log('{"milliseconds":1000,"value":1}'))`;
  const common = { peer: 'a peer', command: process.execPath, args: ['-e', answer] };
  const field: Participant[] = [
    { label: 'slow', isSlow: true, ...common },
    { label: 'other', ...common },
  ];
  const schedule = { ...quickSchedule, sections: 5, budget: 4000, shortBudget: 1500 };
  const { results } = await compare(field, { ...schedule, workloads: tinyWorkloads.slice(0, 1) }, quiet);
  expect(results.map(({ times }) => times?.sections)).toEqual([1, 4, 1, 4]);
});

it('counts the products', () => {
  const workload = { ...tinyWorkloads[0]!, batch: 2, time: 3, input: 5, hidden: 6, layers: 1, output: 1 };
  const [input, recurrent, head] = [4 * 6 * 5, 4 * 6 * 6, 6];
  expect(operationsOf(workload, 'inference')).toBe(2 * 6 * (input + recurrent + head));
  expect(operationsOf(workload, 'training')).toBe(2 * 6 * (2 * input + 3 * recurrent + 3 * head));
});
