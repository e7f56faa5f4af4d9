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
  for (let k = 0; k < K; k++) vector[k] = v[p + k * i];
  if (b.along === 1) addRows(N, K, vector, b, y, o, step, workspace.right(N));
  else dotColumns(N, K, vector, b, y, o, step);
}

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
  let p = b.start;
  for (; k + 3 < K; k += 4, p += 4 * down) {
    const v0 = v[k];
    const v1 = v[k + 1];
    const v2 = v[k + 2];
    const v3 = v[k + 3];
    const q = p + down;
    const r = q + down;
    const s = r + down;
    for (let n = 0; n < N; n++) {
      total[n] += v0 * data[p + n] + v1 * data[q + n] + (v2 * data[r + n] + v3 * data[s + n]);
    }
  }
  for (; k < K; k++, p += down) {
    const v0 = v[k];
    for (let n = 0; n < N; n++) total[n] += v0 * data[p + n];
  }
  for (let n = 0; n < N; n++) y[o + n * step] = total[n];
}

function dotColumns(N: number, K: number, v: Float64Array, b: Matrix, y: DataArray, o: number, step: number): void {
  const { data, start, down, along } = b;
  const last = N - 1;
  for (let n = 0; n < N; n += 4) {
    let p = start + n * along;
    let q = start + Math.min(n + 1, last) * along;
    let r = start + Math.min(n + 2, last) * along;
    let s = start + Math.min(n + 3, last) * along;
    let c0 = 0;
    let c1 = 0;
    let c2 = 0;
    let c3 = 0;
    for (let k = 0; k < K; k++, p += down, q += down, r += down, s += down) {
      const value = v[k];
      c0 += value * data[p];
      c1 += value * data[q];
      c2 += value * data[r];
      c3 += value * data[s];
    }
    y[o + n * step] = c0;
    if (n + 1 < N) y[o + (n + 1) * step] = c1;
    if (n + 2 < N) y[o + (n + 2) * step] = c2;
    if (n + 3 < N) y[o + (n + 3) * step] = c3;
  }
}
