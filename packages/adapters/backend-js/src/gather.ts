import { type DataArray, IndexError, refuse } from '@sluice/core';
import { copyRun } from './move.ts';

/** @throws IndexError naming the first index outside 0 to size - 1. */
export function checkIndices(operation: string, indices: DataArray, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index < 0 || index >= size) {
      refuse(
        IndexError,
        operation,
        `indices[${i}]`,
        `is ${index}`,
        size === 0 ? 'none, for an axis of size 0' : `0 to ${size - 1}`,
      );
    }
  }
}

/** Reads `x` as [outer, size, inner] and writes [outer, indices, inner] into `y`. */
export function gather(x: DataArray, indices: DataArray, size: number, inner: number, y: DataArray): void {
  let q = 0;
  for (let start = 0; q < y.length; start += size * inner) {
    for (let i = 0; i < indices.length; i++, q += inner) copyRun(inner, x, start + indices[i]! * inner, y, q);
  }
}

/**
 * Reads `updates` as [outer, indices, inner] and writes their sums as [outer, size, inner] into `y`. float32 is added up in
 * double precision: an embedding meets its most frequent index thousands of times.
 */
export function scatterAdd(updates: DataArray, indices: DataArray, size: number, inner: number, y: DataArray): void {
  const total = y instanceof Float32Array ? new Float64Array(y.length) : y.fill(0);
  let p = 0;
  for (let start = 0; p < updates.length; start += size * inner) {
    for (let i = 0; i < indices.length; i++, p += inner) {
      const q = start + indices[i]! * inner;
      for (let k = 0; k < inner; k++) total[q + k]! += updates[p + k]!;
    }
  }
  if (total !== y) y.set(total);
}
