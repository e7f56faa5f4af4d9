import {
  broadcastShapes,
  broadcastStrides,
  bytesPerElement,
  forEachIndex,
  type MatMulOptions,
  type Operand,
  sizeOf,
} from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, type WasmStorage } from './storage.ts';

type X = Operand<WasmStorage>;

/** The product of [..., M, K] and [..., K, N]; leading axes broadcast. */
export function matMul(machine: Machine, a: X, b: X, { transposeA, transposeB }: MatMulOptions): WasmStorage {
  const [aRows, aColumns] = a.shape.slice(-2);
  const [bRows, bColumns] = b.shape.slice(-2);
  const [M, K] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const N = transposeB ? bRows : bColumns;
  const aBatch = a.shape.slice(0, -2);
  const bBatch = b.shape.slice(0, -2);
  const batch = broadcastShapes('matMul', aBatch, bBatch);
  const y = machine.make(a.dtype, sizeOf(batch) * M! * N!);
  if (y.size === 0) return y;
  if (K === 0) {
    machine.elements(y.dtype, addressOf(y), y.size).fill(0);
    return y;
  }
  const { kernels } = machine;
  const kernel = a.dtype === 'float32' ? 'matMulF32' : 'matMulF64';
  const bytes = bytesPerElement(a.dtype);
  const left = addressOf(a.storage);
  const right = addressOf(b.storage);
  let output = addressOf(y);
  const multiply = (rows: number, p: number, q: number) => {
    const parts = rows > 1 && N! > 1 ? machine.parts(2 * rows * N! * K!) : 1;
    const scratch = machine.scratch(kernels.matMulScratch(rows, N!, K!, bytes) * parts);
    machine.run(kernel, [output, p, q, rows, N!, K!, Number(transposeA), Number(transposeB), scratch], parts);
    output += rows * N! * bytes;
  };
  if (b.storage.size === K! * N! && !transposeA) {
    // One product for the whole batch: its rows lie below each other.
    multiply(y.size / N!, left, right);
    return y;
  }
  const strides = [broadcastStrides(aBatch, batch), broadcastStrides(bBatch, batch)];
  forEachIndex({ sizes: batch, strides }, batch.length, [0, 0], (i, j) => {
    multiply(M!, left + i * M! * K! * bytes, right + j * K! * N! * bytes);
  });
  return y;
}
