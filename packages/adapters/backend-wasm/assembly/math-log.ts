import { at } from './lanes';
import { exp } from './math-exp';

// FreeBSD's e_logf.c and s_log1pf.c, four at a time and without branches; rounded step by step like math-exp.
/** The polynomial's odd and even half. */
const P: usize = memory.data<f32>([0.66666662693, 0.28498786688, 0.40000972152, 0.24279078841], 16);
/** ln 2 in two parts. */
const LN2: usize = memory.data<f32>([6.9313812256e-1, 9.0580006145e-6], 16);
const UNITS: usize = memory.data<f32>([0, 0.5, 1, 2, 1e-8, Infinity, NaN, -Infinity], 16);
/** The least normal number, 2^25, and where the polynomial of log1p takes x as it is. */
const BOUNDS: usize = memory.data<f32>([1.17549435e-38, 33554432, -0.2928932, 0.41421354], 16);
/** Bits of 1 less those of sqrt(1/2), those of sqrt(1/2), the mantissa, the bias, 2, and 25, from where 1 is lost beside x. */
const BITS: usize = memory.data<i32>([0x004afb0d, 0x3f3504f3, 0x007fffff, 127, 2, 25], 16);

/** k ln 2 + ln(1 + f) + c, for sqrt(1/2) < 1 + f < sqrt(2) and a small correction c. */
// @ts-ignore: decorator
@inline
function combine(k: v128, f: v128, c: v128): v128 {
  const s = f32x4.div(f, f32x4.add(at(UNITS, 3), f));
  const z = f32x4.mul(s, s);
  const w = f32x4.mul(z, z);
  const odd = f32x4.mul(z, f32x4.add(at(P, 0), f32x4.mul(w, at(P, 1))));
  const even = f32x4.mul(w, f32x4.add(at(P, 2), f32x4.mul(w, at(P, 3))));
  const half = f32x4.mul(at(UNITS, 1), f32x4.mul(f, f));
  let y = f32x4.mul(s, f32x4.add(half, f32x4.add(odd, even)));
  y = f32x4.add(y, f32x4.add(f32x4.mul(k, at(LN2, 1)), c));
  return f32x4.add(f32x4.add(f32x4.sub(y, half), f), f32x4.mul(k, at(LN2, 0)));
}

/** The results that no polynomial gives: ln of 0, of what is below 0, of infinity and of NaN. */
// @ts-ignore: decorator
@inline
function withLimits(y: v128, x: v128): v128 {
  y = v128.bitselect(y, x, f32x4.lt(x, at(UNITS, 5)));
  y = v128.bitselect(at(UNITS, 7), y, f32x4.eq(x, at(UNITS, 0)));
  return v128.bitselect(at(UNITS, 6), y, f32x4.lt(x, at(UNITS, 0)));
}

/** The power of two of a positive number whose bits were raised by those of 1 less sqrt(1/2). */
// @ts-ignore: decorator
@inline
function exponentOf(raised: v128): v128 {
  return i32x4.sub(i32x4.shr_s(raised, 23), at(BITS, 3));
}

/** What that power is multiplied with, less 1. */
// @ts-ignore: decorator
@inline
function fractionOf(raised: v128): v128 {
  return f32x4.sub(i32x4.add(v128.and(raised, at(BITS, 2)), at(BITS, 1)), at(UNITS, 2));
}

/** ln x. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, at(BOUNDS, 0));
  const raised = i32x4.add(v128.bitselect(f32x4.mul(x, at(BOUNDS, 1)), x, tiny), at(BITS, 0));
  const k = f32x4.convert_i32x4_s(i32x4.sub(exponentOf(raised), v128.and(tiny, at(BITS, 5))));
  return withLimits(combine(k, fractionOf(raised), at(UNITS, 0)), x);
}

/** ln(1 + x). */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const one = at(UNITS, 2);
  const u = f32x4.add(one, x);
  const raised = i32x4.add(u, at(BITS, 0));
  const exponent = exponentOf(raised);
  // What the sum 1 + x lost, relative to it.
  const ofOne = f32x4.sub(one, f32x4.sub(u, x));
  const ofX = f32x4.sub(x, f32x4.sub(u, one));
  const lost = v128.bitselect(ofOne, ofX, i32x4.ge_s(exponent, at(BITS, 4)));
  const kept = i32x4.lt_s(exponent, at(BITS, 5));
  const near = v128.and(f32x4.gt(x, at(BOUNDS, 2)), f32x4.lt(x, at(BOUNDS, 3)));
  const c = v128.and(f32x4.div(lost, u), v128.andnot(kept, near));
  const k = f32x4.convert_i32x4_s(v128.andnot(exponent, near));
  const f = v128.bitselect(x, fractionOf(raised), near);
  const y = v128.bitselect(x, combine(k, f, c), f32x4.lt(f32x4.abs(x), at(UNITS, 4)));
  return v128.bitselect(x, withLimits(y, u), f32x4.eq(x, at(UNITS, 0)));
}

/** ln(1 + e^x). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.max(x, at(UNITS, 0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}
