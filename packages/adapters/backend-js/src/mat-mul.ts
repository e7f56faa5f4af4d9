import {
  broadcastShapes,
  broadcastStrides,
  type DataArray,
  forEachIndex,
  type MatMulOptions,
  type Shape,
} from '@sluice/core';
import type { Elements } from './binary.ts';
import { type Matrix, multiplyPacked } from './mat-mul-packed.ts';
import { multiplyVector } from './mat-mul-vector.ts';
import type { Workspace } from './workspace.ts';

// Up to this many rows or columns, packing the other operand costs more than tiles save.
const thin = 7;

/** The shape of the product of arrays of these shapes. */
export function matMulShape(a: Shape, b: Shape, options: MatMulOptions): Shape {
  const { M, N } = sizesOf(a, b, options);
  return [...broadcastShapes('matMul', a.slice(0, -2), b.slice(0, -2)), M, N];
}

/** Writes the product of `a` [..., M, K] and `b` [..., K, N] into `y`; leading axes broadcast. */
export function matMul(a: Elements, b: Elements, options: MatMulOptions, y: DataArray, workspace: Workspace): void {
  if (y.length === 0) return;
  const { transposeA, transposeB } = options;
  const { M, K, N } = sizesOf(a.shape, b.shape, options);
  if (K === 0) {
    y.fill(0);
    return;
  }
  const left = { data: a.data, start: 0, down: transposeA ? 1 : K, along: transposeA ? M : 1 };
  const right = { data: b.data, start: 0, down: transposeB ? 1 : N, along: transposeB ? K : 1 };
  if (b.data.length === K * N && !transposeA) {
    // One product for the whole batch: its rows lie below each other.
    multiply(y.length / N, N, K, left, right, y, 0, workspace);
    return;
  }
  const aBatch = a.shape.slice(0, -2);
  const bBatch = b.shape.slice(0, -2);
  const batch = broadcastShapes('matMul', aBatch, bBatch);
  const nest = { sizes: batch, strides: [broadcastStrides(aBatch, batch), broadcastStrides(bBatch, batch)] };
  let o = 0;
  forEachIndex(nest, batch.length, [0, 0], (i, j) => {
    multiply(M, N, K, { ...left, start: i * M * K }, { ...right, start: j * K * N }, y, o, workspace);
    o += M * N;
  });
}

/** `y[o + m * N + n]` = the sum of a[m, k] b[k, n] over k. */
function multiply(
  M: number,
  N: number,
  K: number,
  a: Matrix,
  b: Matrix,
  y: DataArray,
  o: number,
  workspace: Workspace,
): void {
  if (M <= thin) {
    for (let m = 0; m < M; m++) {
      multiplyVector(N, K, a.data, a.start + m * a.down, a.along, b, y, o + m * N, 1, workspace);
    }
  } else if (N <= thin) {
    const turned = { data: a.data, start: a.start, down: a.along, along: a.down };
    for (let n = 0; n < N; n++) {
      multiplyVector(M, K, b.data, b.start + n * b.along, b.down, turned, y, o + n, N, workspace);
    }
  } else {
    multiplyPacked(M, N, K, a, b, y, o, workspace);
  }
}

function sizesOf(a: Shape, b: Shape, options: MatMulOptions): { M: number; K: number; N: number } {
  const down = a[a.length - 2]!;
  const along = a[a.length - 1]!;
  const N = options.transposeB ? b[b.length - 2]! : b[b.length - 1]!;
  return options.transposeA ? { M: along, K: down, N } : { M: down, K: along, N };
}
