import { broadcastShapes, broadcastStrides, type MatMulOptions, mergeAxes, type Nest, sizeOf } from '@sluice/core';
import type { KernelSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import { offsetCode, offsetNumbers } from '../offsets.ts';
import type { GpujsStorage, X } from '../storage.ts';
import { fill } from './move.ts';

function matMulSource(rank: number, inner: number): KernelSource {
  const offsets = offsetCode('this.thread.x', rank, ['a', 'b']);
  return {
    blocks: ['a', 'b'],
    numbers: ['aStep', 'bStep', ...offsets.numbers],
    body: `${offsets.code}
let total = 0;
for (let k = 0; k < ${inner}; k++) {
  total = total + a[aAt + k * aStep] * b[bAt + k * bStep];
}
return total;`,
  };
}

/** Strides of [..., rows, columns] read as such although they may lie the other way round. */
function matrixStrides(x: X, batch: readonly number[], transposed: boolean): number[] {
  const rank = x.shape.length;
  const [rows, columns] = transposed ? [1, x.shape[rank - 1]] : [x.shape[rank - 1], 1];
  const matrix = x.shape[rank - 2] * x.shape[rank - 1];
  return [...broadcastStrides(x.shape.slice(0, -2), batch).map((stride) => stride * matrix), rows, columns];
}

/** One thread an element; compiled for each inner size. */
export function matMul(machine: Machine, a: X, b: X, { transposeA, transposeB }: MatMulOptions): GpujsStorage {
  const batch = broadcastShapes('matMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const aStrides = matrixStrides(a, batch, transposeA);
  const bStrides = matrixStrides(b, batch, transposeB);
  const rows = a.shape[a.shape.length - (transposeA ? 1 : 2)];
  const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  const shape = [...batch, rows, columns];
  if (inner === 0) return fill(machine, sizeOf(shape), 0, a.dtype);
  const ofBatch = (strides: readonly number[]) => strides.slice(0, -2);
  const [aStep, bStep] = [aStrides[aStrides.length - 1], bStrides[bStrides.length - 2]];
  const nest: Nest = mergeAxes(shape, [
    [...ofBatch(aStrides), aStrides[aStrides.length - 2], 0],
    [...ofBatch(bStrides), 0, bStrides[bStrides.length - 1]],
  ]);
  const rank = nest.sizes.length;
  const source = () => matMulSource(rank, inner);
  const numbers = [aStep, bStep, ...offsetNumbers(nest)];
  return machine.compute(a.dtype, sizeOf(shape), `matMul ${rank} ${inner}`, source, [a, b], numbers);
}
