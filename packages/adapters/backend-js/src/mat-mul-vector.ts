import type { DataArray } from '@sluice/core';
import type { Matrix } from './mat-mul-packed.ts';
import type { Workspace } from './workspace.ts';

/** `y[o + n * step]` = the sum of v[p + k * i] b[k, n] over k, for n below N. */
export function multiplyVector(
  N: number,
  K: number,
  v: DataArray,
  p: number,
  i: number,
  b: Matrix,
  y: DataArray,
  o: number,
  step: number,
  workspace: Workspace,
): void {
  const vector = workspace.left(K);
  for (let k = 0; k < K; k++) vector[k] = v[p + k * i]!;
  if (b.along === 1) addRows(N, K, vector, b, y, o, step, workspace.right(N));
  else dotColumns(N, K, vector, b, y, o, step);
}

/** For rows of `b` that lie in one piece. */
function addRows(
  N: number,
  K: number,
  v: Float64Array,
  b: Matrix,
  y: DataArray,
  o: number,
  step: number,
  total: Float64Array,
): void {
  const { data, down } = b;
  total.fill(0, 0, N);
  let k = 0;
  let p0 = b.start;
  // Eight rows at a time, so that the totals are read and written an eighth as often.
  for (; k + 7 < K; k += 8, p0 += 8 * down) {
    const v0 = v[k]!;
    const v1 = v[k + 1]!;
    const v2 = v[k + 2]!;
    const v3 = v[k + 3]!;
    const v4 = v[k + 4]!;
    const v5 = v[k + 5]!;
    const v6 = v[k + 6]!;
    const v7 = v[k + 7]!;
    const p1 = p0 + down;
    const p2 = p1 + down;
    const p3 = p2 + down;
    const p4 = p3 + down;
    const p5 = p4 + down;
    const p6 = p5 + down;
    const p7 = p6 + down;
    for (let n = 0; n < N; n++) {
      const lower = v0 * data[p0 + n]! + v1 * data[p1 + n]! + (v2 * data[p2 + n]! + v3 * data[p3 + n]!);
      const upper = v4 * data[p4 + n]! + v5 * data[p5 + n]! + (v6 * data[p6 + n]! + v7 * data[p7 + n]!);
      total[n]! += lower + upper;
    }
  }
  for (; k < K; k++, p0 += down) {
    const v0 = v[k]!;
    for (let n = 0; n < N; n++) total[n]! += v0 * data[p0 + n]!;
  }
  for (let n = 0; n < N; n++) y[o + n * step] = total[n]!;
}

/** For columns of `b` that lie in one piece. */
function dotColumns(N: number, K: number, v: Float64Array, b: Matrix, y: DataArray, o: number, step: number): void {
  const { data, start, down, along } = b;
  const last = start + (N - 1) * along;
  // Eight columns at a time, eight chains of additions; behind the last column it stands in for the missing ones.
  for (let n = 0; n < N; n += 8) {
    const p0 = start + n * along;
    const p1 = Math.min(p0 + along, last);
    const p2 = Math.min(p1 + along, last);
    const p3 = Math.min(p2 + along, last);
    const p4 = Math.min(p3 + along, last);
    const p5 = Math.min(p4 + along, last);
    const p6 = Math.min(p5 + along, last);
    const p7 = Math.min(p6 + along, last);
    let c0 = 0;
    let c1 = 0;
    let c2 = 0;
    let c3 = 0;
    let c4 = 0;
    let c5 = 0;
    let c6 = 0;
    let c7 = 0;
    for (let k = 0, q = 0; k < K; k++, q += down) {
      const value = v[k]!;
      c0 += value * data[p0 + q]!;
      c1 += value * data[p1 + q]!;
      c2 += value * data[p2 + q]!;
      c3 += value * data[p3 + q]!;
      c4 += value * data[p4 + q]!;
      c5 += value * data[p5 + q]!;
      c6 += value * data[p6 + q]!;
      c7 += value * data[p7 + q]!;
    }
    const totals = [c0, c1, c2, c3, c4, c5, c6, c7];
    const lanes = Math.min(8, N - n);
    for (let lane = 0; lane < lanes; lane++) y[o + (n + lane) * step] = totals[lane]!;
  }
}
