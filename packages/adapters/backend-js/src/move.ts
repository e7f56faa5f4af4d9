import { type DataArray, forEachIndex, mergeAxes, type Shape, stridesOf } from '@sluice/core';

// Shorter runs are copied faster by a loop than by making two views.
const shortRun = 48;
// Side of the squares that a transposition moves at a time, so that both sides stay in the cache.
const square = 16;

/** Where an array is read or written: an offset and the elements to step along each axis. */
export interface Place {
  readonly data: DataArray;
  readonly start: number;
  readonly strides: readonly number[];
}

/** Copies `sizes` elements from one place to another. */
export function copyStrided(sizes: Shape, from: Place, to: Place): void {
  if (sizes.includes(0)) return;
  const nest = mergeAxes(sizes, [from.strides, to.strides]);
  const depth = nest.sizes.length - 1;
  const starts = [from.start, to.start];
  const n = nest.sizes[depth]!;
  const [i, j] = nest.strides.map((own) => own[depth]);
  if (i === 1 && j === 1) {
    forEachIndex(nest, depth, starts, (p, q) => copyRun(n, from.data, p, to.data, q));
  } else if (depth > 0 && nest.strides[0]![depth - 1] === 1) {
    const rows = nest.sizes[depth - 1]!;
    const rowStep = nest.strides[1]![depth - 1]!;
    forEachIndex(nest, depth - 1, starts, (p, q) => copyTurned(rows, n, from.data, p, i!, to.data, q, rowStep, j!));
  } else {
    forEachIndex(nest, depth, starts, (p, q) => copySteps(n, from.data, p, i!, to.data, q, j!));
  }
}

/** Copies `n` elements that lie side by side. */
export function copyRun(n: number, x: DataArray, p: number, y: DataArray, q: number): void {
  if (n <= shortRun) {
    for (let k = 0; k < n; k++) y[q + k] = x[p + k]!;
  } else {
    y.set(x.subarray(p, p + n), q);
  }
}

function copySteps(n: number, x: DataArray, p: number, i: number, y: DataArray, q: number, j: number): void {
  for (let k = 0; k < n; k++) y[q + k * j] = x[p + k * i]!;
}

/** `y[q + r * rowStep + c * j] = x[p + r + c * i]`, square by square. */
function copyTurned(
  rows: number,
  columns: number,
  x: DataArray,
  p: number,
  i: number,
  y: DataArray,
  q: number,
  rowStep: number,
  j: number,
): void {
  for (let top = 0; top < rows; top += square) {
    const bottom = Math.min(top + square, rows);
    for (let left = 0; left < columns; left += square) {
      const right = Math.min(left + square, columns);
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) y[q + r * rowStep + c * j] = x[p + r + c * i]!;
      }
    }
  }
}

/** The elements `starts + i * steps` of an array of `shape`, as a place. */
export function placeOf(data: DataArray, shape: Shape, starts: readonly number[], steps: readonly number[]): Place {
  const strides = stridesOf(shape);
  const start = strides.reduce((sum, stride, axis) => sum + starts[axis]! * stride, 0);
  return { data, start, strides: strides.map((stride, axis) => stride * steps[axis]!) };
}

/** All of an array of `shape`, as a place. */
export function wholeOf(data: DataArray, shape: Shape): Place {
  return { data, start: 0, strides: stridesOf(shape) };
}

/** All of an array of `shape` with its axes in another order, as a place. */
export function permuted(data: DataArray, shape: Shape, permutation: readonly number[]): Place {
  const strides = stridesOf(shape);
  return { data, start: 0, strides: permutation.map((axis) => strides[axis]!) };
}
