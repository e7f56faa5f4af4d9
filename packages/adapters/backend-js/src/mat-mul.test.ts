import { describe, expect, it } from 'vitest';
import { createJsBackend } from './backend-js.ts';
import { get, put } from './testing/operands.ts';

const backend = createJsBackend();

/** The product of row-major `a` [M, K] and `b` [K, N], or of arrays that lie the other way. */
function naive(M: number, K: number, N: number, a: Float64Array, b: Float64Array, turnA: boolean, turnB: boolean) {
  const y = new Float64Array(M * N);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++)
        y[m * N + n]! += a[turnA ? k * M + m : m * K + k]! * b[turnB ? n * K + k : k * N + n]!;
    }
  }
  return y;
}

function wave(size: number, step: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.sin(1 + i * step));
}

describe.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('matMul, transposed %s and %s', (transposeA, transposeB) => {
  it.each([
    [1, 1, 1],
    [1, 7, 9],
    [2, 300, 5],
    [9, 7, 2],
    [4, 4, 4],
    [5, 9, 6],
    [13, 259, 11],
    [8, 8, 8],
    [10, 300, 263],
    [33, 64, 31],
  ])('is the triple loop for [%d, %d] x [., %d]', (M, K, N) => {
    const a = wave(M * K, 1.7);
    const b = wave(K * N, 0.9);
    const x = put(backend, a, transposeA ? [K, M] : [M, K]);
    const w = put(backend, b, transposeB ? [N, K] : [K, N]);
    const expected = naive(M, K, N, a, b, transposeA, transposeB);
    const product = get(backend.matMul(x, w, { transposeA, transposeB }));
    for (const [i, value] of product.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-12);
    expect(product).toHaveLength(M * N);
    expect(get(backend.matMul(x, w, { transposeA, transposeB }))).toEqual(product);
  });

  it('broadcasts leading axes', () => {
    const [M, K, N] = [5, 3, 4];
    const a = wave(2 * M * K, 1.7);
    const b = wave(3 * K * N, 0.9);
    const x = put(backend, a, transposeA ? [2, 1, K, M] : [2, 1, M, K]);
    const w = put(backend, b, transposeB ? [3, N, K] : [3, K, N]);
    const parts: number[] = [];
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        const left = a.subarray(i * M * K, (i + 1) * M * K);
        const right = b.subarray(j * K * N, (j + 1) * K * N);
        parts.push(...naive(M, K, N, left, right, transposeA, transposeB));
      }
    }
    const product = get(backend.matMul(x, w, { transposeA, transposeB }));
    for (const [i, value] of product.entries()) expect(value).toBeCloseTo(parts[i]!, 12);
    expect(product).toHaveLength(parts.length);
  });

  it('lets NaN and infinities through, also against zeros', () => {
    for (const size of [2, 9]) {
      const zeros = put(backend, new Float32Array(size * size), [size, size]);
      const bad = put(backend, new Float32Array(size * size).fill(Infinity), [size, size]);
      const every = new Array(size * size).fill(Number.NaN);
      expect(get(backend.matMul(zeros, bad, { transposeA, transposeB }))).toEqual(every);
      expect(get(backend.matMul(bad, zeros, { transposeA, transposeB }))).toEqual(every);
    }
  });
});

it('matMul of nothing is zeros, in recycled memory too', () => {
  const own = createJsBackend();
  own.free(own.fill(6, 9, 'float32'));
  const options = { transposeA: false, transposeB: false };
  const empty = new Float32Array(0);
  expect(get(own.matMul(put(own, empty, [2, 0]), put(own, empty, [0, 3]), options))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(get(own.matMul(put(own, empty, [0, 4]), put(own, new Float32Array(12), [4, 3]), options))).toEqual([]);
});

it('float32 products are added up in double precision', () => {
  const K = 1000;
  const a = new Float32Array(8 * K).map((_, i) => [2 ** 24, 1, -(2 ** 24), 0][i % 4]!);
  const ones = new Float32Array(K * 8).fill(1);
  const product = backend.matMul(put(backend, a, [8, K]), put(backend, ones, [K, 8]), {
    transposeA: false,
    transposeB: false,
  });
  expect(get(product)).toEqual(new Array(64).fill(K / 4));
});
