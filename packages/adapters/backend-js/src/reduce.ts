import {
  type ArgReduceKind,
  type DataArray,
  type DType,
  isFloat,
  type ReduceKind,
  reducedRuns,
  type Shape,
} from '@sluice/core';

/** Reduces elements start to end. */
type RunKernel = (x: DataArray, start: number, end: number) => number;
/** Reduces `rows` rows of `y.length` elements from `start` on, into `y`. */
type RowsKernel = (x: DataArray, start: number, rows: number, y: DataArray) => void;

const runKernels = {
  sum: sumRun,
  max: (x, start, end) => {
    let value = x[start]!;
    for (let i = start + 1; i < end; i++) value = Math.max(value, x[i]!);
    return value;
  },
  min: (x, start, end) => {
    let value = x[start]!;
    for (let i = start + 1; i < end; i++) value = Math.min(value, x[i]!);
    return value;
  },
} as const satisfies Record<ReduceKind, RunKernel>;

const rowsKernels = {
  sum: sumRows,
  max: (x, start, rows, y) => {
    const n = y.length;
    for (let i = 0; i < n; i++) y[i] = x[start + i]!;
    for (let row = 1; row < rows; row++) {
      start += n;
      for (let i = 0; i < n; i++) y[i] = Math.max(y[i]!, x[start + i]!);
    }
  },
  min: (x, start, rows, y) => {
    const n = y.length;
    for (let i = 0; i < n; i++) y[i] = x[start + i]!;
    for (let row = 1; row < rows; row++) {
      start += n;
      for (let i = 0; i < n; i++) y[i] = Math.min(y[i]!, x[start + i]!);
    }
  },
} as const satisfies Record<ReduceKind, RowsKernel>;

/** Pairwise above 512 elements, so that the error grows with the logarithm of their number. */
function sumRun(x: DataArray, start: number, end: number): number {
  if (end - start > 512) {
    const middle = start + Math.floor((end - start) / 2);
    return sumRun(x, start, middle) + sumRun(x, middle, end);
  }
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    a += x[i]!;
    b += x[i + 1]!;
    c += x[i + 2]!;
    d += x[i + 3]!;
  }
  for (; i < end; i++) a += x[i]!;
  return a + b + (c + d);
}

function sumIntegers(x: DataArray, start: number, end: number): number {
  let total = 0;
  for (let i = start; i < end; i++) total = (total + x[i]!) | 0;
  return total;
}

function sumRows(x: DataArray, start: number, rows: number, y: DataArray): void {
  const n = y.length;
  y.fill(0);
  let row = 0;
  let p = start;
  for (; row + 3 < rows; row += 4, p += 4 * n) {
    const q = p + n;
    const r = q + n;
    const s = r + n;
    for (let i = 0; i < n; i++) y[i]! += x[p + i]! + x[q + i]! + (x[r + i]! + x[s + i]!);
  }
  for (; row < rows; row++, p += n) {
    for (let i = 0; i < n; i++) y[i]! += x[p + i]!;
  }
}

/** Writes the reduction of `x` of `shape` over `axes` into `y`. Floats are added in double precision and rounded once. */
export function reduce(
  kind: ReduceKind,
  dtype: DType,
  x: DataArray,
  shape: Shape,
  axes: readonly number[],
  y: DataArray,
): void {
  const runs = reducedRuns(shape, axes);
  if (runs.length === 0 || y.length === 0) {
    y.set(x.subarray(0, y.length));
    return;
  }
  const Wide = isFloat(dtype) ? Float64Array : Int32Array;
  const run = kind === 'sum' && !isFloat(dtype) ? sumIntegers : runKernels[kind];
  const rows = rowsKernels[kind];
  let source = x;
  // From the innermost run outwards, so that all axes behind the one at hand are kept.
  for (let k = runs.length - 1; k >= 0; k--) {
    const { outer, size, inner } = runs[k]!;
    const target = k === 0 ? y : new Wide(outer * inner);
    if (inner === 1) {
      for (let i = 0; i < outer; i++) target[i] = run(source, i * size, (i + 1) * size);
    } else {
      const row = new Wide(inner);
      for (let i = 0; i < outer; i++) {
        rows(source, i * size * inner, size, row);
        target.set(row, i * inner);
      }
    }
    source = target;
  }
}

type ArgKernel = (x: DataArray, start: number, n: number, step: number) => number;

const argKernels = {
  argMax: (x, start, n, step) => {
    let best = x[start]!;
    let position = 0;
    for (let i = 1, p = start + step; i < n; i++, p += step) {
      const value = x[p]!;
      if (value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
        best = value;
        position = i;
      }
    }
    return position;
  },
  argMin: (x, start, n, step) => {
    let best = x[start]!;
    let position = 0;
    for (let i = 1, p = start + step; i < n; i++, p += step) {
      const value = x[p]!;
      if (value < best || (Number.isNaN(value) && !Number.isNaN(best))) {
        best = value;
        position = i;
      }
    }
    return position;
  },
} as const satisfies Record<ArgReduceKind, ArgKernel>;

/** Writes the positions of the extremes of `x`, read as [outer, n, inner], along n into `y` of [outer, inner]. */
export function argReduce(kind: ArgReduceKind, x: DataArray, n: number, inner: number, y: DataArray): void {
  const kernel = argKernels[kind];
  for (let o = 0; o < y.length; o++) {
    const outer = Math.floor(o / inner);
    y[o] = kernel(x, outer * n * inner + (o - outer * inner), n, inner);
  }
}

/** Writes the running sum of `x`, read as [outer, n, inner], along n into `y`. */
export function cumulativeSum(
  dtype: DType,
  x: DataArray,
  n: number,
  inner: number,
  reverse: boolean,
  y: DataArray,
): void {
  if (x.length === 0) return;
  const total = isFloat(dtype) ? new Float64Array(inner) : new Int32Array(inner);
  const block = n * inner;
  for (let start = 0; start < x.length; start += block) {
    total.fill(0);
    for (let i = 0; i < n; i++) {
      const p = start + (reverse ? n - 1 - i : i) * inner;
      for (let j = 0; j < inner; j++) {
        total[j]! += x[p + j]!;
        y[p + j] = total[j]!;
      }
    }
  }
}
