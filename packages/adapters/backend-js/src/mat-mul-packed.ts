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
// Steps of a panel; two panels of this length stay in the first-level cache.
const depth = 256;
// Columns whose panels are packed at a time; they take 512 KiB, for the second-level cache.
const width = 256;

// One buffer holds the tile, one panel of `a` and the panels of `b`: engines check indices faster in a loop that reads
// only one array.
const leftPanel = side * side;
const rightPanels = leftPanel + side * depth;

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
  const buffer = workspace.left(rightPanels + depth * width);
  for (let firstK = 0; firstK < K; firstK += depth) {
    const k = Math.min(depth, K - firstK);
    for (let firstN = 0; firstN < N; firstN += width) {
      const endN = Math.min(firstN + width, N);
      for (let n = firstN; n < endN; n += side) {
        const start = b.start + firstK * b.down + n * b.along;
        pack(k, b.data, start, b.down, b.along, Math.min(side, N - n), buffer, rightPanels + (n - firstN) * k);
      }
      for (let m = 0; m < M; m += side) {
        const rows = Math.min(side, M - m);
        pack(k, a.data, a.start + m * a.down + firstK * a.along, a.along, a.down, rows, buffer, leftPanel);
        for (let n = firstN; n < endN; n += side) {
          multiplyTile(k, buffer, rightPanels + (n - firstN) * k);
          store(buffer, y, o + m * N + n, N, rows, Math.min(side, N - n), firstK > 0);
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
    panel[o] = x[p]!;
    panel[o + 1] = x[q]!;
    panel[o + 2] = x[r]!;
    panel[o + 3] = x[s]!;
  }
}

/** The first 16 elements of the buffer = the product of the panel behind them and the panel at `q`. */
function multiplyTile(n: number, buffer: Float64Array, q: number): void {
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
  const end = leftPanel + side * n;
  for (let p = leftPanel; p < end; p += 4, q += 4) {
    const a0 = buffer[p]!;
    const a1 = buffer[p + 1]!;
    const a2 = buffer[p + 2]!;
    const a3 = buffer[p + 3]!;
    const b0 = buffer[q]!;
    const b1 = buffer[q + 1]!;
    const b2 = buffer[q + 2]!;
    const b3 = buffer[q + 3]!;
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
  buffer[0] = c00;
  buffer[1] = c01;
  buffer[2] = c02;
  buffer[3] = c03;
  buffer[4] = c10;
  buffer[5] = c11;
  buffer[6] = c12;
  buffer[7] = c13;
  buffer[8] = c20;
  buffer[9] = c21;
  buffer[10] = c22;
  buffer[11] = c23;
  buffer[12] = c30;
  buffer[13] = c31;
  buffer[14] = c32;
  buffer[15] = c33;
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
    if (adds) for (let c = 0; c < columns; c++) y[o + c]! += tile[4 * r + c]!;
    else for (let c = 0; c < columns; c++) y[o + c] = tile[4 * r + c]!;
  }
}
