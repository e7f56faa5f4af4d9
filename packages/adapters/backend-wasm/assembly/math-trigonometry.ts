// Computed in double precision (FreeBSD's k_sinf.c and k_cosf.c), where two parts of pi/2 are enough below this bound.
const BOUND: f32 = 2.0e8;

// @ts-ignore: decorator
@inline
function term(p: v128, z: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, z), f64x2.splat(c));
}

/** sin(x + quarters pi / 2) of two doubles. */
function sineOfPair(x: v128, quarters: i64): v128 {
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(6.36619772367581382433e-1)));
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963109016418457)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.58932547735281966916e-8)));
  const z = f64x2.mul(r, r);
  let s = f64x2.splat(2.7183114939898219064e-6);
  s = term(s, z, -1.98393348360966317347e-4);
  s = term(s, z, 8.3333293858894631756e-3);
  s = term(s, z, -0.166666666416265235595);
  s = f64x2.add(f64x2.mul(f64x2.mul(s, z), r), r);
  let c = f64x2.splat(2.43904487962774090654e-5);
  c = term(c, z, -1.38867637746099294692e-3);
  c = term(c, z, 4.16666233237390631894e-2);
  c = term(c, z, -0.499999997251031003120);
  c = term(c, z, 1);
  const turns = i64x2.add(i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n)), i64x2.splat(quarters));
  const odd = i64x2.eq(v128.and(turns, i64x2.splat(1)), i64x2.splat(1));
  const sign = i64x2.shl(v128.and(turns, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

function sine(x: v128, quarters: i64): v128 {
  const low = f32x4.demote_f64x2_zero(sineOfPair(f64x2.promote_low_f32x4(x), quarters));
  const upper = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const high = f32x4.demote_f64x2_zero(sineOfPair(f64x2.promote_low_f32x4(upper), quarters));
  return i64x2.shuffle(low, high, 0, 2);
}

// @ts-ignore: decorator
@inline
function isNear(x: v128): bool {
  return i32x4.all_true(f32x4.lt(f32x4.abs(x), f32x4.splat(BOUND)));
}

/** sin x. */
export function sin(x: v128): v128 {
  if (isNear(x)) return sine(x, 0);
  let y = f32x4.splat(<f32>Math.sin(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>Math.sin(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>Math.sin(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>Math.sin(f32x4.extract_lane(x, 3)));
}

/** cos x. */
export function cos(x: v128): v128 {
  if (isNear(x)) return sine(x, 1);
  let y = f32x4.splat(<f32>Math.cos(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>Math.cos(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>Math.cos(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>Math.cos(f32x4.extract_lane(x, 3)));
}

// pi/2 in three parts; the first two have 30 bits, so that their products with whole numbers below 2^23 are exact.
const PART_1: f64 = 1.570796325802803;
const PART_2: f64 = 9.920935791635221e-10;
const PART_3: f64 = 5.170182981794105e-19;

// AssemblyScript 0.28 reduces doubles between these wrongly: it reads in front of its table of the digits of 2/pi.
const FROM: f64 = 1.6e6;
const TO: f64 = 4.3e6;

/** sin(x + quarters pi / 2). */
function sineBetween(x: f64, quarters: i32): f64 {
  const n = nearest(x * 6.36619772367581382433e-1);
  const rest = x - n * PART_1;
  const second = n * PART_2;
  const r = rest - second;
  // What that difference lost, whichever of its operands is the greater.
  const back = r - rest;
  const lost = rest - (r - back) - (second + back);
  const low = lost - n * PART_3;
  const turns = <i32>n + quarters;
  const y = turns & 1 ? Math.cos(r) - Math.sin(r) * low : Math.sin(r) + Math.cos(r) * low;
  return turns & 2 ? -y : y;
}

/** sin x of a double. */
export function sinOfDouble(x: f64): f64 {
  const size = abs(x);
  return size >= FROM && size < TO ? sineBetween(x, 0) : Math.sin(x);
}

/** cos x of a double. */
export function cosOfDouble(x: f64): f64 {
  const size = abs(x);
  return size >= FROM && size < TO ? sineBetween(x, 1) : Math.cos(x);
}
