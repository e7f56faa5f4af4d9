import { at } from './lanes';

// Products and sums are rounded one by one, also where the build has relaxed SIMD: the results are then the same on every engine and machine.
// Constants are read from memory, one instruction each, where engines make a vector out of literals with several.
// Polynomials go by Estrin's scheme: two short chains where Horner's rule makes one that takes longer than all else of a gate.
// The split of ln 2 is that of S. L. Moshier's Cephes library (expf).
/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2, of the least error relative to e^r - 1; one coefficient less puts sigmoid and tanh over 2 ulp. */
const P: usize = memory.data<f32>(
  [0.00019944262749049813, 0.0013932674191892147, 0.008333208039402962, 0.04166648909449577, 0.1666666716337204, 0.5], 16,
);
/** The same, of the least error as it is: enough where 1 is added. */
const NEAR_ONE: usize = memory.data<f32>([0.0013950540451332927, 0.008368917740881443, 0.04166620597243309, 0.166665181517601, 0.5], 16);
/** 1 / ln 2; ln 2 in two parts; -1 / ln 2; the first part of -ln 2. */
const REDUCE: usize = memory.data<f32>([1.44269504088896341, 0.693359375, -2.1219444e-4, -1.44269504088896341, -0.693359375], 16);
/**
 * 1.5 * 2^23 plus 127, the bias of exponents: added to a number it leaves its whole part with the bias in the lowest bits, and moved to the
 * place of the exponent they are a power of two. The same with 30 less, and without the bias.
 */
const SHIFT: usize = memory.data<f32>([12583039, 12583009, 12582912], 16);
const BOUNDS: usize = memory.data<f32>([89, -104, -30, 40], 16);
/** The last is 2^-30. */
const UNITS: usize = memory.data<f32>([0, 0.5, 1, 1e-8, 9.313225746154785e-10], 16);
/** The bits of 1.5 * 2^23, the bias of exponents, the sign, and 1. */
const BITS: usize = memory.data<i32>([0x4b400000, 127, 0x80000000, 1], 16);

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
  const r2 = f32x4.mul(r, r);
  const high = term(term(at(P, 0), r, at(P, 1)), r2, term(at(P, 2), r, at(P, 3)));
  return term(term(high, r2, term(at(P, 4), r, at(P, 5))), r2, r);
}

/** x / ln 2 rounded, its bits above those of a number of `SHIFT`. */
// @ts-ignore: decorator
@inline
function shifted(x: v128, by: v128): v128 {
  return f32x4.add(f32x4.mul(x, at(REDUCE, 0)), by);
}

/** What is left of x. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, shift: v128, by: v128): v128 {
  const n = f32x4.sub(shift, by);
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
  const shift = shifted(x, at(SHIFT, 2));
  const y = f32x4.add(expm1Near(reduced(x, shift, at(SHIFT, 2))), at(UNITS, 2));
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
  const shift = shifted(bounded, at(SHIFT, 2));
  const p = expm1Near(reduced(bounded, shift, at(SHIFT, 2)));
  // Half of 2^n (p + 1) - 1, so that 2^128 is never met.
  const half = powerOfTwo(i32x4.sub(i32x4.sub(shift, at(BITS, 0)), at(BITS, 3)));
  const y = f32x4.add(f32x4.mul(half, p), f32x4.sub(half, at(UNITS, 1)));
  return v128.bitselect(x, f32x4.add(y, y), f32x4.lt(f32x4.abs(x), at(UNITS, 3)));
}

/** tanh x. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  // (1 - e) / (1 + e) with e = e^(-2 |x|) = 2^n (p + 1), but for the sign; also where x is small, for 1 - e is then p to the last place.
  const size = v128.or(x, at(BITS, 2));
  const twice = f32x4.pmax(f32x4.add(size, size), at(BOUNDS, 2));
  const shift = shifted(twice, at(SHIFT, 0));
  const p = expm1Near(reduced(twice, shift, at(SHIFT, 0)));
  const power = i32x4.shl(shift, 23);
  const part = f32x4.mul(power, p);
  const top = f32x4.add(f32x4.sub(power, at(UNITS, 2)), part);
  const bottom = f32x4.add(f32x4.add(power, at(UNITS, 2)), part);
  return v128.bitselect(x, f32x4.div(top, bottom), at(BITS, 2));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  // All times 2^-30, so that e^-x = 2^n (p + 1) stays in range where the result is no longer a normal number.
  x = f32x4.pmax(f32x4.pmin(x, at(BOUNDS, 3)), at(BOUNDS, 1));
  const shift = f32x4.add(f32x4.mul(x, at(REDUCE, 3)), at(SHIFT, 1));
  const n = f32x4.sub(shift, at(SHIFT, 1));
  const r = f32x4.sub(f32x4.sub(f32x4.mul(n, at(REDUCE, 4)), x), f32x4.mul(n, at(REDUCE, 2)));
  // Estrin's scheme: two short chains where Horner's rule makes one that takes longer than all else.
  const r2 = f32x4.mul(r, r);
  const high = term(at(NEAR_ONE, 0), r2, term(at(NEAR_ONE, 1), r, at(NEAR_ONE, 2)));
  const p = term(term(high, r2, term(at(NEAR_ONE, 3), r, at(NEAR_ONE, 4))), r2, r);
  const one = at(UNITS, 4);
  const power = i32x4.shl(shift, 23);
  // In this order: where n is 24, adding 1 to the power alone would lose it.
  return f32x4.div(one, f32x4.add(power, f32x4.add(one, f32x4.mul(power, p))));
}
