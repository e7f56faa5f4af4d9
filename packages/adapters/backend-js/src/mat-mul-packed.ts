import type { DataArray } from '@sluice/core';
import type { Workspace } from './workspace.ts';

/** A matrix in an array: the elements to step from row to row and from column to column. */
export interface Matrix {
  readonly data: DataArray;
  readonly start: number;
  readonly down: number;
  readonly along: number;
}

// Rows and columns of a tile.
const side = 4;
// Depth of a panel; two panels of 4 doubles a step stay in the first-level cache.
const depth = 256;
// Columns whose panels are packed at a time, 512 KiB of doubles.
const width = 256;

/**
 * `y[o + m * N + n]` = the sum of a[m, k] b[k, n] over k. Both operands are copied, as doubles, into panels of four rows
 * or columns, so that the loop over tiles reads memory in order and converts nothing.
 */
export function multiplyPacked(
  M: number,
  N: number,
  K: number,
  a: Matrix,
  b: Matrix,
  y: DataArray,
  o: number,
  workspace: Workspace,
): void {
  const left = workspace.left(side * depth + side * side);
  const right = workspace.right(width * depth);
  for (let firstK = 0; firstK < K; firstK += depth) {
    const k = Math.min(depth, K - firstK);
    for (let firstN = 0; firstN < N; firstN += width) {
      const endN = Math.min(firstN + width, N);
      for (let n = firstN; n < endN; n += side) {
        const start = b.start + firstK * b.down + n * b.along;
        pack(k, b.data, start, b.down, b.along, Math.min(side, N - n), right, (n - firstN) * k);
      }
      for (let m = 0; m < M; m += side) {
        const rows = Math.min(side, M - m);
        pack(k, a.data, a.start + m * a.down + firstK * a.along, a.along, a.down, rows, left, side * side);
        for (let n = firstN; n < endN; n += side) {
          multiplyTile(k, left, right, (n - firstN) * k);
          store(left, y, o + m * N + n, N, rows, Math.min(side, N - n), firstK > 0);
        }
      }
    }
  }
}

/** Interleaves `lanes` lanes of `n` elements into a panel of four; missing lanes repeat the last. */
function pack(
  n: number,
  x: DataArray,
  start: number,
  step: number,
  laneStep: number,
  lanes: number,
  panel: Float64Array,
  o: number,
): void {
  let p = start;
  let q = start + Math.min(1, lanes - 1) * laneStep;
  let r = start + Math.min(2, lanes - 1) * laneStep;
  let s = start + (lanes - 1) * laneStep;
  for (let k = 0; k < n; k++, o += 4, p += step, q += step, r += step, s += step) {
    panel[o] = x[p];
    panel[o + 1] = x[q];
    panel[o + 2] = x[r];
    panel[o + 3] = x[s];
  }
}

/** The first 16 elements of `a` = the product of the panel behind them and the panel of `b` at `q`. */
function multiplyTile(n: number, a: Float64Array, b: Float64Array, q: number): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let k = 0, p = 16; k < n; k++, p += 4, q += 4) {
    const a0 = a[p];
    const a1 = a[p + 1];
    const a2 = a[p + 2];
    const a3 = a[p + 3];
    const b0 = b[q];
    const b1 = b[q + 1];
    const b2 = b[q + 2];
    const b3 = b[q + 3];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  a[0] = c00;
  a[1] = c01;
  a[2] = c02;
  a[3] = c03;
  a[4] = c10;
  a[5] = c11;
  a[6] = c12;
  a[7] = c13;
  a[8] = c20;
  a[9] = c21;
  a[10] = c22;
  a[11] = c23;
  a[12] = c30;
  a[13] = c31;
  a[14] = c32;
  a[15] = c33;
}

function store(
  tile: Float64Array,
  y: DataArray,
  o: number,
  rowStep: number,
  rows: number,
  columns: number,
  adds: boolean,
): void {
  for (let r = 0; r < rows; r++, o += rowStep) {
    if (adds) for (let c = 0; c < columns; c++) y[o + c] += tile[4 * r + c];
    else for (let c = 0; c < columns; c++) y[o + c] = tile[4 * r + c];
  }
}
