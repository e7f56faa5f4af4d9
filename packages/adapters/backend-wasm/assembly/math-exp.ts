import { constant } from './lanes';

// Products and sums are rounded one by one, also where the build has relaxed SIMD: the results are then the same on every engine and machine.
// The polynomial and the split of ln 2 are those of S. L. Moshier's Cephes library (expf).
const LOG2E: f32 = 1.44269504088896341;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** e^r - 1 for |r| <= ln(2) / 2, exact to the last place relative to r. */
// @ts-ignore: decorator
@inline
function expm1Near(r: v128): v128 {
  let p = constant(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), constant(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), constant(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), constant(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), constant(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), constant(5.0000001201e-1));
  return f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r);
}

// @ts-ignore: decorator
@inline
function reduced(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(LN2_HIGH))), f32x4.mul(n, constant(LN2_LOW)));
}

/** 2^n for whole n from -126 to 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  // `pmin(x, c)` is x where x is NaN.
  x = f32x4.pmax(f32x4.pmin(x, constant(89)), constant(-104));
  const n = f32x4.nearest(f32x4.mul(x, constant(LOG2E)));
  const y = f32x4.add(expm1Near(reduced(x, n)), constant(1));
  // In two steps: 2^n alone may be beyond the range of float32 where the result is not.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** e^x - 1. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, constant(89)), constant(-30));
  const n = f32x4.nearest(f32x4.mul(bounded, constant(LOG2E)));
  const p = expm1Near(reduced(bounded, n));
  // Half of 2^n (p + 1) - 1, so that 2^128 is never met.
  const half = powerOfTwo(i32x4.sub(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(1)));
  const y = f32x4.add(f32x4.mul(half, p), f32x4.sub(half, constant(0.5)));
  return v128.bitselect(x, f32x4.add(y, y), f32x4.lt(f32x4.abs(x), constant(1e-8)));
}

/** tanh x. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  // Cephes (tanhf).
  let p = constant(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, square), constant(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, square), constant(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, square), constant(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, square), constant(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, square), x), x);
  const e = exp(f32x4.add(size, size));
  const far = f32x4.sub(constant(1), f32x4.div(constant(2), f32x4.add(e, constant(1))));
  const signed = v128.bitselect(x, far, i32x4.splat(0x80000000));
  return v128.bitselect(near, signed, f32x4.lt(size, constant(0.625)));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const top = v128.bitselect(e, constant(1), f32x4.lt(x, constant(0)));
  const sum = f32x4.add(constant(1), e);
  const y = f32x4.div(top, sum);
  // Gives back what the sum lost, times about 1 / sum.
  const lost = f32x4.sub(e, f32x4.sub(sum, constant(1)));
  const inverse = f32x4.sub(constant(1.5), f32x4.mul(constant(0.5), sum));
  return f32x4.sub(y, f32x4.mul(y, f32x4.mul(lost, inverse)));
}
