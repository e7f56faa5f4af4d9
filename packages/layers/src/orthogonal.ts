import type { Random } from '@sluice/core';

/**
 * A random [rows, columns] matrix with orthonormal rows (columns if rows > columns): Q of the QR factorisation of a normal matrix by Householder
 * reflections, each column multiplied by the sign of R's diagonal, without which Q would not be uniform (Mezzadri 2007, "How to generate
 * random matrices from the classical compact groups").
 */
export function orthogonalMatrix(random: Random, rows: number, columns: number): Float64Array {
  const tall = Math.max(rows, columns);
  const thin = Math.min(rows, columns);
  const q = orthonormalColumns(random.normal(tall * thin), tall, thin);
  return rows >= columns ? q : transposed(q, tall, thin);
}

/** Q of the [m, n] matrix `a`, m >= n, which is overwritten. */
function orthonormalColumns(a: Float64Array, m: number, n: number): Float64Array {
  const reflections: Float64Array[] = [];
  const signs: number[] = [];
  for (let k = 0; k < n; k++) {
    // v = a_k + sign(a_kk) |a_k| e_k, normalised; H = I - 2 v v' maps a_k to -sign(a_kk) |a_k| e_k.
    const v = new Float64Array(m);
    for (let i = k; i < m; i++) v[i] = a[i * n + k]!;
    const sign = v[k]! < 0 ? -1 : 1;
    v[k]! += sign * norm(v);
    const length = norm(v);
    for (let i = k; i < m; i++) v[i]! /= length;
    reflect(a, v, m, n, k, k);
    reflections.push(v);
    signs.push(-sign);
  }
  const q = new Float64Array(m * n);
  for (let k = 0; k < n; k++) q[k * n + k] = signs[k]!;
  for (let k = n - 1; k >= 0; k--) reflect(q, reflections[k]!, m, n, k, 0);
  return q;
}

/** a -= 2 v (v' a), in the columns from `firstColumn` on; v is 0 above `firstRow`. */
function reflect(a: Float64Array, v: Float64Array, m: number, n: number, firstRow: number, firstColumn: number): void {
  const products = new Float64Array(n);
  for (let i = firstRow; i < m; i++) {
    for (let j = firstColumn; j < n; j++) products[j]! += v[i]! * a[i * n + j]!;
  }
  for (let i = firstRow; i < m; i++) {
    for (let j = firstColumn; j < n; j++) a[i * n + j]! -= 2 * v[i]! * products[j]!;
  }
}

function norm(v: Float64Array): number {
  return Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(a, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]!);
}
