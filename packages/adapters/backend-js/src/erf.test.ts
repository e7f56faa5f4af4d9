import { expect, it } from 'vitest';
import { erf } from './erf.ts';

// From the C library's erf, by way of Python's math.erf.
const known = [
  [1e-300, 1.1283791670955126e-300],
  [1e-9, 1.1283791670955127e-9],
  [0.1, 0.1124629160182849],
  [0.3, 0.3286267594591274],
  [0.46875, 0.49261347321793797],
  [0.5, 0.5204998778130465],
  [0.75, 0.7111556336535151],
  [1.0, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2.0, 0.9953222650189527],
  [2.75, 0.9998993780778803],
  [3.5, 0.9999992569016276],
  [4.0, 0.9999999845827421],
  [4.5, 0.9999999998033839],
  [5.5, 0.9999999999999927],
  [6.5, 1.0],
] as const;

it.each(known)('erf(%d)', (x, expected) => {
  expect(Math.abs(erf(x) - expected) / expected).toBeLessThan(1e-15);
  expect(erf(-x)).toBe(-erf(x));
});

it('erf at the ends', () => {
  expect([erf(0), erf(Infinity), erf(-Infinity), erf(Number.NaN)]).toEqual([0, 1, -1, Number.NaN]);
});
