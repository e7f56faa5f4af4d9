import { describe, expect, it } from 'vitest';
import { erf } from './erf.ts';
import { unaryFormulas } from './formulas.ts';
import { createReferenceBackend } from './reference-backend.ts';

const backend = createReferenceBackend();

describe('the reference', () => {
  it.each([
    [0, 0],
    [1e-10, 1.1283791670955126e-10],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.9999, 0.9953201979070294],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [4.5, 0.9999999998033839],
    [7, 1],
    [Infinity, 1],
  ])('erf(%d) is %d to the last places', (x, expected) => {
    expect(Math.abs(erf(x) - expected)).toBeLessThanOrEqual(4e-16 * expected);
    expect(erf(-x) + erf(x)).toBe(0);
  });

  it('rounds halves to even', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994].map(unaryFormulas.round)).toEqual([
      0, 2, 2, 0, -2, -2, 0,
    ]);
    expect([NaN, Infinity, -Infinity].map(unaryFormulas.round)).toEqual([NaN, Infinity, -Infinity]);
  });

  it('gives NaN for NaN in every kind', () => {
    for (const formula of Object.values(unaryFormulas)) expect(formula(NaN)).toBeNaN();
  });

  it('multiplies matrices worked by hand', () => {
    const a = { storage: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: 'float32' } as const;
    const b = { storage: Float32Array.of(1, 0, -1, 2, 1, 0), shape: [2, 3], dtype: 'float32' } as const;
    expect(backend.matMul(a, b, { transposeA: false, transposeB: true })).toEqual(Float32Array.of(-2, 4, -2, 13));
    expect(backend.matMul(a, b, { transposeA: true, transposeB: false })).toEqual(
      Float32Array.of(9, 4, -1, 12, 5, -2, 15, 6, -3),
    );
  });

  it('slices, pads and gathers arrays worked by hand', () => {
    const x = { storage: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: 'int32' } as const;
    expect(backend.slice(x, [1, 2], [2, 2], [-1, -2])).toEqual(Int32Array.of(6, 4, 3, 1));
    expect(backend.pad(x, [2, 5], [0, 4], [1, -2], 9)).toEqual(Int32Array.of(3, 9, 2, 9, 1, 6, 9, 5, 9, 4));
    const indices = { storage: Int32Array.of(2, 0, 2, 2), shape: [2, 2], dtype: 'int32' } as const;
    expect(backend.gather(x, indices, 1)).toEqual(Int32Array.of(3, 1, 3, 3, 6, 4, 6, 6));
    const column = { storage: Int32Array.of(1, 1), shape: [2], dtype: 'int32' } as const;
    expect(backend.scatterAdd(x, column, 0, 2)).toEqual(Int32Array.of(0, 0, 0, 5, 7, 9));
    expect(backend.transpose(x, [1, 0])).toEqual(Int32Array.of(1, 4, 2, 5, 3, 6));
    expect(backend.cumulativeSum(x, 1, true)).toEqual(Int32Array.of(6, 5, 3, 15, 11, 6));
    expect(backend.reduce('max', x, [0])).toEqual(Int32Array.of(4, 5, 6));
  });
});
