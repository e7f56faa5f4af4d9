import { expect, it } from 'vitest';
import { type CpuProfile, sharesOf } from './profile-groups.ts';

const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });

/** As V8 records it, in small: one sample of each kind, and their times in microseconds. */
const recorded: CpuProfile = {
  nodes: [
    node(1, '(root)'),
    node(2, '(idle)'),
    node(3, '(garbage collector)'),
    node(4, 'wasm-function[181]', 'wasm://wasm/0003976e'),
    node(5, 'wasm-function[181]', 'wasm://wasm/0003976e'),
    node(6, 'wasm-function[7]', 'wasm://wasm/0003976e'),
    node(7, 'call', 'file:///sluice/packages/layers/dist/index.js'),
    node(8, 'allocate', 'file:///sluice/packages/adapters/backend-wasm/src/heap.ts'),
    node(9, 'section', 'file:///sluice/tooling/bench/src/participants/runner.mjs'),
    node(10, 'js-to-wasm'),
    node(11, 'readline', 'node:readline'),
    node(12, 'matMul', 'file:///sluice/packages/core/dist/index.js'),
  ],
  samples: [2, 4, 5, 6, 7, 8, 3, 9, 10, 11, 4, 12],
  timeDeltas: [5000, 200, 100, 200, 150, 100, 50, 25, 20, 30, 110, 15],
};

it('names functions of WebAssembly, joins JavaScript by package, and leaves idle time out', () => {
  const shares = sharesOf(recorded, { 181: 'mat-mul-tile/multiplyTile<f32>' });
  expect(shares.map(({ where, share }) => [where, Number(share.toFixed(6))])).toEqual([
    ['wasm mat-mul-tile/multiplyTile<f32>', 0.41],
    ['wasm wasm-function[7]', 0.2],
    ['JavaScript of layers', 0.15],
    ['JavaScript of backend-wasm', 0.1],
    ['garbage collection', 0.05],
    ['the engine and Node', 0.05],
    ['the benchmark itself', 0.025],
    ['all else', 0.015],
  ]);
});
