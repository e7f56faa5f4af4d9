import { constant } from './lanes';
import { exp } from './math-exp';

// FreeBSD's e_logf.c and s_log1pf.c, four at a time and without branches; rounded step by step like math-exp.
const LN2_HIGH: f32 = 6.9313812256e-1;
const LN2_LOW: f32 = 9.0580006145e-6;
const ROOT_HALF: i32 = 0x3f3504f3;
const ONE: i32 = 0x3f800000;

/** k ln 2 + ln(1 + f) + c, for sqrt(1/2) < 1 + f < sqrt(2) and a small correction c. */
// @ts-ignore: decorator
@inline
function combine(k: v128, f: v128, c: v128): v128 {
  const s = f32x4.div(f, f32x4.add(constant(2), f));
  const z = f32x4.mul(s, s);
  const w = f32x4.mul(z, z);
  const odd = f32x4.mul(z, f32x4.add(constant(0.66666662693), f32x4.mul(w, constant(0.28498786688))));
  const even = f32x4.mul(w, f32x4.add(constant(0.40000972152), f32x4.mul(w, constant(0.24279078841))));
  const half = f32x4.mul(constant(0.5), f32x4.mul(f, f));
  let y = f32x4.mul(s, f32x4.add(half, f32x4.add(odd, even)));
  y = f32x4.add(y, f32x4.add(f32x4.mul(k, constant(LN2_LOW)), c));
  return f32x4.add(f32x4.add(f32x4.sub(y, half), f), f32x4.mul(k, constant(LN2_HIGH)));
}

/** The results that no polynomial gives: ln of 0, of what is below 0, of infinity and of NaN. */
// @ts-ignore: decorator
@inline
function withLimits(y: v128, x: v128): v128 {
  y = v128.bitselect(y, x, f32x4.lt(x, constant(Infinity)));
  y = v128.bitselect(constant(-Infinity), y, f32x4.eq(x, constant(0)));
  return v128.bitselect(constant(NaN), y, f32x4.lt(x, constant(0)));
}

/** ln x. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, constant(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, constant(33554432)), x, tiny);
  const bits = i32x4.add(scaled, i32x4.splat(ONE - ROOT_HALF));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), i32x4.splat(127));
  const k = f32x4.convert_i32x4_s(i32x4.sub(exponent, v128.and(tiny, i32x4.splat(25))));
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(ROOT_HALF));
  return withLimits(combine(k, f32x4.sub(mantissa, constant(1)), constant(0)), x);
}

/** ln(1 + x). */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const u = f32x4.add(constant(1), x);
  const bits = i32x4.add(u, i32x4.splat(ONE - ROOT_HALF));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), i32x4.splat(127));
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(ROOT_HALF));
  // What the sum 1 + x lost, relative to it.
  const lost = v128.bitselect(
    f32x4.sub(constant(1), f32x4.sub(u, x)),
    f32x4.sub(x, f32x4.sub(u, constant(1))),
    i32x4.ge_s(exponent, i32x4.splat(2)),
  );
  const kept = i32x4.lt_s(exponent, i32x4.splat(25));
  const near = v128.and(f32x4.gt(x, constant(-0.2928932)), f32x4.lt(x, constant(0.41421354)));
  const c = v128.and(f32x4.div(lost, u), v128.andnot(kept, near));
  const k = f32x4.convert_i32x4_s(v128.andnot(exponent, near));
  const f = v128.bitselect(x, f32x4.sub(mantissa, constant(1)), near);
  const y = v128.bitselect(x, combine(k, f, c), f32x4.lt(f32x4.abs(x), constant(1e-8)));
  return v128.bitselect(x, withLimits(y, u), f32x4.eq(x, constant(0)));
}

/** ln(1 + e^x). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.max(x, constant(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}
