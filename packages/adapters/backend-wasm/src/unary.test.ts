import { type FloatDType, flushSubnormal, smallestNormal, type UnaryKind } from '@sluice/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { bestSimd } from './load.ts';
import { put, take } from './testing/operands.ts';

let backend: Awaited<ReturnType<typeof createWasmBackend>>;
beforeAll(async () => {
  backend = await createWasmBackend();
});

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Distance from one float32 to its neighbour, at a value in double precision. */
function ulp(value: number): number {
  float[0] = Math.abs(value);
  if (word[0]! >= 0x7f800000) return 2 ** 104;
  const exponent = Math.max(1, word[0]! >>> 23);
  return 2 ** (exponent - 150);
}

/** Each 977th float32 of all there are. */
function sweep(): Float32Array {
  const bits = new Uint32Array(Math.floor(2 ** 32 / 977));
  for (let i = 0; i < bits.length; i++) bits[i] = i * 977;
  return new Float32Array(bits.buffer);
}

/** Evenly spaced, where the interesting part of most functions lies. */
function middle(): Float32Array {
  return Float32Array.from({ length: 400_000 }, (_, i) => (i - 200_000) / 10_000);
}

const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const exact: Partial<Record<UnaryKind, (x: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid,
  softplus,
};

/** Whether a result is zero where the exact one is below the smallest normal number, or about it. */
function isFlushed(got: number, expected: number, dtype: FloatDType): boolean {
  return got === 0 && Math.abs(expected) < smallestNormal[dtype] * (1 + 1e-6);
}

describe.each(Object.keys(exact) as UnaryKind[])('float32 %s', (kind) => {
  it('is at most 2 units in the last place off, for all exponents and between -20 and 20', async () => {
    const f = (x: number) => (exact[kind] as (x: number) => number)(flushSubnormal(x, 'float32'));
    for (const xs of [sweep(), middle()]) {
      const x = put(backend, xs);
      const got = await take(backend, backend.unary(kind, x));
      backend.free(x.storage);
      let worst = 0;
      let where = 0;
      for (let i = 0; i < xs.length; i++) {
        const expected = f(xs[i]!);
        const rounded = Math.fround(expected);
        if (got[i] !== 0 && Math.abs(got[i]!) < smallestNormal.float32) expect.fail(`${kind}(${xs[i]}) is subnormal`);
        if (Object.is(got[i], rounded) || isFlushed(got[i]!, expected, 'float32')) continue;
        const error = Math.abs(got[i]! - expected) / ulp(expected);
        if (!(error <= worst)) {
          worst = error;
          where = i;
        }
      }
      expect(worst, `${kind}(${xs[where]}) is ${got[where]}, exactly ${f(xs[where]!)}`).toBeLessThanOrEqual(2);
    }
  });
});

describe('float64', () => {
  it.each(Object.keys(exact) as UnaryKind[])('%s is that of the engine but for the last places', async (kind) => {
    const f = exact[kind] as (x: number) => number;
    const xs = Float64Array.from({ length: 60_000 }, (_, i) => Math.sinh((i - 30_000) / 1000) / 7);
    const got = await take(backend, backend.unary(kind, put(backend, xs)));
    for (let i = 0; i < xs.length; i++) {
      const expected = f(xs[i]!);
      if (Object.is(got[i], expected) || isFlushed(got[i]!, expected, 'float64')) continue;
      expect(Math.abs(got[i]! / expected - 1), `${kind}(${xs[i]}) is ${got[i]}, not ${expected}`).toBeLessThan(1e-15);
    }
  });
});

it.runIf(bestSimd() === 'relaxed-simd')('gives the same bits with plain and with relaxed SIMD', async () => {
  const plain = await createWasmBackend({ simd: 'simd' });
  for (const kind of Object.keys(exact) as UnaryKind[]) {
    const [one, other] = await Promise.all(
      [plain, backend].map((own) => take(own, own.unary(kind, put(own, middle())))),
    );
    expect(Buffer.from(one!.buffer).equals(Buffer.from(other!.buffer)), kind).toBe(true);
  }
});
