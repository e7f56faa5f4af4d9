import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { put, take } from './testing/operands.ts';

let backend: Awaited<ReturnType<typeof createWasmBackend>>;
beforeAll(async () => {
  backend = await createWasmBackend();
});

type Floats = Float32Array | Float64Array;

function wave<A extends Floats>(data: A, step: number): A {
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(1 + i * step);
  return data;
}

/** Largest difference from the triple loop, relative to the sum of the absolute terms. */
async function error(sizes: readonly number[], turnA: boolean, turnB: boolean, make: (size: number) => Floats) {
  const [M, K, N] = sizes;
  const a = wave(make(M! * K!), 1.7);
  const b = wave(make(K! * N!), 0.9);
  const x = put(backend, a, turnA ? [K!, M!] : [M!, K!]);
  const w = put(backend, b, turnB ? [N!, K!] : [K!, N!]);
  const product = backend.matMul(x, w, { transposeA: turnA, transposeB: turnB });
  const got = await take(backend, product);
  for (const { storage } of [x, w]) backend.free(storage);
  expect(got).toHaveLength(M! * N!);
  let worst = 0;
  for (let m = 0; m < M!; m++) {
    for (let n = 0; n < N!; n++) {
      let sum = 0;
      let size = 0;
      for (let k = 0; k < K!; k++) {
        const term = a[turnA ? k * M! + m : m * K! + k]! * b[turnB ? n * K! + k : k * N! + n]!;
        sum += term;
        size += Math.abs(term);
      }
      worst = Math.max(worst, Math.abs(got[m * N! + n]! - sum) / size);
    }
  }
  return worst;
}

const odd = [1, 2, 3, 5, 6, 7, 8, 9, 13, 17, 33];
const large = [
  [1, 300, 77],
  [1, 259, 1030],
  [37, 1, 1],
  [200, 257, 1],
  [6, 513, 40],
  [7, 600, 9],
  [193, 10, 5],
  [390, 259, 33],
  [5, 3, 2100],
  [13, 300, 2053],
];

describe.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('matMul, transposed %s and %s', (turnA, turnB) => {
  it('is the triple loop for every mix of small odd sizes', async () => {
    for (const M of odd) {
      for (const N of odd) {
        for (const K of [1, 3, 4, 11]) {
          const sizes = [M, K, N];
          expect(await error(sizes, turnA, turnB, (n) => new Float32Array(n)), `${sizes}`).toBeLessThan(2e-6);
          expect(await error(sizes, turnA, turnB, (n) => new Float64Array(n)), `${sizes}`).toBeLessThan(4e-15);
        }
      }
    }
  });

  it.each(large)('is the triple loop for [%d, %d] x [., %d], across blocks', async (M, K, N) => {
    expect(await error([M, K, N], turnA, turnB, (n) => new Float32Array(n))).toBeLessThan(2e-6);
    expect(await error([M, K, N], turnA, turnB, (n) => new Float64Array(n))).toBeLessThan(4e-15);
  });

  it('writes nothing beyond its result, and reads no number beyond its operands', async () => {
    for (const [M, K, N] of [
      [6, 5, 8],
      [5, 7, 3],
      [1, 9, 13],
      [16, 4, 16],
    ]) {
      const own = await createWasmBackend();
      // NaN all around: wherever one took part in a sum, the sum would be NaN.
      own.free(own.fill(2 ** 16, Number.NaN, 'float32'));
      const x = put(own, new Float32Array(M! * K!).fill(1), turnA ? [K!, M!] : [M!, K!]);
      const w = put(own, new Float32Array(K! * N!).fill(1), turnB ? [N!, K!] : [K!, N!]);
      const guards = [0, 1, 2].map(() => own.fill(M! * N!, 7, 'float32'));
      own.free(guards[1]!);
      const product = own.matMul(x, w, { transposeA: turnA, transposeB: turnB });
      expect(await take(own, product)).toEqual(new Float32Array(M! * N!).fill(K!));
      for (const guard of [guards[0], guards[2]]) expect(new Set(await take(own, guard!))).toEqual(new Set([7]));
    }
  });
});
