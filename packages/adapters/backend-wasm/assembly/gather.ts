import { put, putPart, VECTOR } from './lanes';
import { copyRun } from './move';

/** The first position of an index below 0 or not below `size`, or -1. */
export function findOutside(indices: usize, count: usize, size: u32): i32 {
  for (let i: usize = 0; i < count; i++) {
    // As an unsigned number, one below 0 is above all sizes.
    if (load<u32>(indices + i * 4) >= size) return <i32>i;
  }
  return -1;
}

/** Reads `x` as [outer, size, inner] and writes [outer, count, inner]; `inner` in bytes. */
export function gather(y: usize, x: usize, indices: usize, outer: usize, count: usize, size: usize, inner: usize): void {
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < count; i++) {
      copyRun(y, x + <usize>load<u32>(indices + i * 4) * inner, inner);
      y += inner;
    }
    x += size * inner;
  }
}

/** Adds `updates` [outer, count, inner] to `y` [outer, size, inner]; `inner` in elements. */
// @ts-ignore: decorator
@inline
function scatterAdd<T>(y: usize, x: usize, indices: usize, outer: usize, count: usize, size: usize, inner: usize): void {
  const bytes = inner * sizeof<T>();
  const rest = bytes & (VECTOR - 1);
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < count; i++) {
      let q = y + <usize>load<u32>(indices + i * 4) * bytes;
      for (const end = q + (bytes - rest); q < end; q += VECTOR, x += VECTOR) {
        put<T>(q, v128.add<T>(v128.load(q), v128.load(x)));
      }
      if (rest) putPart<T>(q, v128.add<T>(v128.load(q), v128.load(x)), rest);
      x += rest;
    }
    y += size * bytes;
  }
}

export function scatterAddF32(y: usize, x: usize, indices: usize, outer: usize, count: usize, size: usize, inner: usize): void {
  scatterAdd<f32>(y, x, indices, outer, count, size, inner);
}
export function scatterAddF64(y: usize, x: usize, indices: usize, outer: usize, count: usize, size: usize, inner: usize): void {
  scatterAdd<f64>(y, x, indices, outer, count, size, inner);
}
export function scatterAddI32(y: usize, x: usize, indices: usize, outer: usize, count: usize, size: usize, inner: usize): void {
  scatterAdd<i32>(y, x, indices, outer, count, size, inner);
}
