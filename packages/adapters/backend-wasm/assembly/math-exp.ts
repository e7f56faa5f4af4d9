import { at } from './lanes';

// Products and sums are rounded one by one, also where the build has relaxed SIMD: the results are then the same on every engine and machine.
// Constants are read from memory, one instruction each, where engines make a vector out of literals with several.
// The polynomial and the split of ln 2 are those of S. L. Moshier's Cephes library (expf).
const P: usize = memory.data<f32>([1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 0.16666665459, 0.50000001201], 16);
/** 1 / ln 2; ln 2 in two parts; 1.5 * 2^23, which added to a number leaves its whole part in the lowest bits. */
const REDUCE: usize = memory.data<f32>([1.44269504088896341, 0.693359375, -2.1219444e-4, 12582912], 16);
const BOUNDS: usize = memory.data<f32>([89, -104, -30, 20], 16);
const UNITS: usize = memory.data<f32>([0, 0.5, 1, 1.5, 2, 1e-8, 0.625], 16);
/** The bits of 1.5 * 2^23, the bias of exponents, the sign, and 1. */
const BITS: usize = memory.data<i32>([0x4b400000, 127, 0x80000000, 1], 16);
/** Cephes (tanhf). */
const T: usize = memory.data<f32>([-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 0.133314422036, -0.333332819422], 16);

/** A step of Horner's rule. */
// @ts-ignore: decorator
@inline
function term(p: v128, x: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(p, x), c);
}

/** e^r - 1 for |r| <= ln(2) / 2, exact to the last place relative to r. */
// @ts-ignore: decorator
@inline
function expm1Near(r: v128): v128 {
  let p = term(at(P, 0), r, at(P, 1));
  p = term(p, r, at(P, 2));
  p = term(p, r, at(P, 3));
  p = term(p, r, at(P, 4));
  p = term(p, r, at(P, 5));
  return f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r);
}

/** x / ln 2 rounded, its bits above those of 1.5 * 2^23. */
// @ts-ignore: decorator
@inline
function shifted(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, at(REDUCE, 0)), at(REDUCE, 3));
}

/** What is left of x. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, shift: v128): v128 {
  const n = f32x4.sub(shift, at(REDUCE, 3));
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, at(REDUCE, 1))), f32x4.mul(n, at(REDUCE, 2)));
}

/** 2^n for whole n from -126 to 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, at(BITS, 1)), 23);
}

/** e^x. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  // `pmin(x, c)` is x where x is NaN.
  x = f32x4.pmax(f32x4.pmin(x, at(BOUNDS, 0)), at(BOUNDS, 1));
  const shift = shifted(x);
  const y = f32x4.add(expm1Near(reduced(x, shift)), at(UNITS, 2));
  // In two steps: 2^n alone may be beyond the range of float32 where the result is not.
  const whole = i32x4.sub(shift, at(BITS, 0));
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** e^x - 1. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, at(BOUNDS, 0)), at(BOUNDS, 2));
  const shift = shifted(bounded);
  const p = expm1Near(reduced(bounded, shift));
  // Half of 2^n (p + 1) - 1, so that 2^128 is never met.
  const half = powerOfTwo(i32x4.sub(i32x4.sub(shift, at(BITS, 0)), at(BITS, 3)));
  const y = f32x4.add(f32x4.mul(half, p), f32x4.sub(half, at(UNITS, 1)));
  return v128.bitselect(x, f32x4.add(y, y), f32x4.lt(f32x4.abs(x), at(UNITS, 5)));
}

/** tanh x. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = term(at(T, 0), square, at(T, 1));
  p = term(p, square, at(T, 2));
  p = term(p, square, at(T, 3));
  p = term(p, square, at(T, 4));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, square), x), x);
  // From 20 on the result is 1, and e^20 needs no second step.
  const twice = f32x4.pmin(f32x4.add(size, size), at(BOUNDS, 3));
  const shift = shifted(twice);
  const mantissa = f32x4.add(expm1Near(reduced(twice, shift)), at(UNITS, 2));
  const e = f32x4.mul(mantissa, powerOfTwo(i32x4.sub(shift, at(BITS, 0))));
  const far = f32x4.sub(at(UNITS, 2), f32x4.div(at(UNITS, 4), f32x4.add(e, at(UNITS, 2))));
  const signed = v128.bitselect(x, far, at(BITS, 2));
  return v128.bitselect(near, signed, f32x4.lt(size, at(UNITS, 6)));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = at(UNITS, 2);
  const e = exp(v128.or(x, at(BITS, 2)));
  const top = v128.bitselect(e, one, f32x4.lt(x, at(UNITS, 0)));
  const sum = f32x4.add(one, e);
  const y = f32x4.div(top, sum);
  // Gives back what the sum lost, times about 1 / sum.
  const lost = f32x4.sub(e, f32x4.sub(sum, one));
  const inverse = f32x4.sub(at(UNITS, 3), f32x4.mul(at(UNITS, 1), sum));
  return f32x4.sub(y, f32x4.mul(y, f32x4.mul(lost, inverse)));
}
