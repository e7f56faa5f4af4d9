import { expect, it } from 'vitest';
import type { Result } from './compare.ts';
import { benchmarkDocument, tablesOf } from './document.ts';
import { plainTable, type Report, ratiosOf } from './report.ts';
import { gpuTargets, judge, targets } from './targets.ts';
import { gpuWorkloads, workloads } from './workloads.ts';

function result(participant: string, milliseconds: number, more: Partial<Result> = {}): Result {
  const times = { median: milliseconds, fastest: milliseconds, slowest: milliseconds, sections: 7 };
  return { participant, peer: undefined, workload: 'char512', mode: 'training', times, ...more };
}

const results = [
  result('js, Node 20', 9000),
  result('wasm simd, Node 20', 1000, { ceilingShare: 0.595 }),
  result('wasm simd, 2 threads, Node 20', 500),
  result('PyTorch, 1 thread', 300, { peer: 'PyTorch' }),
  result('PyTorch, 2 threads', 190, { peer: 'PyTorch' }),
];

function reportOf(all: readonly Result[], more: Partial<Report> = {}): Report {
  return {
    ...{ date: '2020-01-01', command: 'the command', minutes: 10, versions: {}, renderers: {}, missing: [] },
    machine: { cpu: 'a processor', cores: 2, memoryGiB: 4, system: 'Linux x64' },
    load: { busy: 0, average: 0, during: 1 },
    ...{ workloads, results: all, ratios: ratiosOf({ results: all }), targets: judge(targets, all) },
    ...more,
  };
}

it('judges targets by the results of the run: peers by their best, engines apart, shares unrounded', () => {
  const judged = judge(targets, results).filter(({ isMet }) => isMet !== undefined);
  expect(judged.map(({ participant, against, measured, isMet }) => [participant, against, measured, isMet])).toEqual([
    ['wasm simd, 2 threads, Node 20', 'PyTorch', 0.38, false],
    ['wasm simd, Node 20', undefined, 0.595, false],
    ['wasm simd, 2 threads, Node 20', 'wasm simd, Node 20', 2, true],
  ]);
});

it('has a line for every target of the workloads that were run, measured or not', () => {
  const table = tablesOf('cpu', reportOf(results)).at(-1);
  expect(table?.rows).toHaveLength(2 * 3);
  expect(
    judge(
      targets,
      workloads.map(({ name }) => result('none', 1, { workload: name })),
    ),
  ).toHaveLength(2 * 14);
  const [row] =
    table?.rows.filter(([workload, , against]) => workload === 'char512 training' && against === 'PyTorch') ?? [];
  expect(row).toEqual([
    ...['char512 training', 'wasm relaxed-simd, 2 threads, Node 24', 'PyTorch'],
    ...['0.6x', '-', 'not measured'],
  ]);
  expect(table && plainTable(table)).toMatch(
    /^char512 training +wasm simd, Node 20 +its own ceiling +60 % +60 % +no$/m,
  );
});

const gpuResults = [
  result('js, Node 22', 400, { workload: 'gpu' }),
  result('gpujs headlessgl, Node 22', 80, { workload: 'gpu', launches: 141 }),
  result('gpujs webgl2, Chromium', 90, { workload: 'gpu', launches: 141 }),
  result('tfjs webgl, Chromium', 300, { workload: 'gpu', peer: 'tfjs webgl' }),
];
const gpuReport = reportOf(gpuResults, {
  ...{ workloads: gpuWorkloads, targets: judge(gpuTargets, gpuResults) },
  renderers: { 'gpujs webgl2, Chromium': 'SwiftShader' },
});

it('judges the GPU by its ratios and its launches', () => {
  expect(gpuReport.targets.map(({ measured, isMet }) => [measured, isMet])).toEqual([
    [5, true],
    [141, false],
    [300 / 90, true],
  ]);
});

it('writes the section of the run, and keeps the other as it was', () => {
  const first = benchmarkDocument('cpu', reportOf(results, { missing: ['a peer: not installed'] }), '');
  expect(first).toContain('| char512 training | wasm simd, Node 20 | 1000 | 0.19x | - | 60 % |');
  expect(first).toContain('- a peer: not installed');
  expect(first).toContain('Not measured yet: `npm run bench -- --gpu --write` does.');
  const both = benchmarkDocument('gpu', gpuReport, first);
  const processor = /<!-- begin cpu -->.*<!-- end cpu -->/s.exec(first)?.[0];
  expect(both).toContain(processor);
  expect(both).toContain('- WebGL renderers: gpujs webgl2, Chromium: SwiftShader');
  expect(both).toContain('| gpu training | gpujs webgl2, Chromium | 90.0 | 4.4x | 3.3x | 141 |');
  expect(both).not.toContain('--gpu --write` does');
  expect(both).toContain('Not measured yet: `npm run bench -- --profile --write` does.');
  expect(benchmarkDocument('gpu', gpuReport, both)).toBe(both);
});
