/** Lanes that every kernel shares. A vector is 16 bytes; kernels may read up to 32 bytes behind an array, never write there. */

// @ts-ignore: decorator
@inline
export const VECTOR: usize = 16;

/** `a * b + c`, in one rounding where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** Four times the number of 4 bytes at position `i` of a table. */
// @ts-ignore: decorator
@inline
export function at(table: usize, i: usize): v128 {
  return v128.load32_splat(table + i * 4);
}

/** The bits of the exponent of float32 and, twice, of the upper half of float64; 2^-116. */
const SMALL: usize = memory.data<i32>([0x7f800000, 0, 0x7ff00000, 0x05800000], 16);

/**
 * What kernels store of a result (docs/decisions/0012): numbers below the smallest normal one of their type are zero, of the same sign. Integers are as they
 * were.
 */
// @ts-ignore: decorator
@inline
export function flushed<T>(x: v128): v128 {
  if (!isFloat<T>()) return x;
  // The exponent is 0 for these and for zeros; all bits but the sign's go. Of integers: arithmetic on such numbers is what takes long.
  if (sizeof<T>() == 8) {
    return v128.andnot(x, i64x2.shr_u(i64x2.eq(v128.and(x, v128.load64_splat(SMALL + 4)), i64x2.splat(0)), 1));
  }
  return v128.andnot(x, i32x4.shr_u(i32x4.eq(v128.and(x, v128.load32_splat(SMALL)), i32x4.splat(0)), 1));
}

/** The same for a single number. */
// @ts-ignore: decorator
@inline
export function flushedOne<T>(x: T): T {
  if (!isFloat<T>()) return x;
  if (sizeof<T>() == 8) return abs<f64>(<f64>x) < f64.MIN_NORMAL_VALUE ? <T>(copysign<f64>(0, <f64>x)) : x;
  return abs<f32>(<f32>x) < f32.MIN_NORMAL_VALUE ? <T>(copysign<f32>(0, <f32>x)) : x;
}

/**
 * A gradient on its way through time: zero below 2^-116, ten bits above the smallest normal number, so that its products with weights, states and
 * gates stay normal numbers too.
 */
// @ts-ignore: decorator
@inline
export function vanished(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), at(SMALL, 3)));
}

/** Stores the first `bytes` of a vector, below 16, as it is. */
function storePart(y: usize, value: v128, bytes: usize): void {
  if (bytes & 8) {
    v128.store64_lane(y, value, 0);
    value = i8x16.shuffle(value, value, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    y += 8;
  }
  if (bytes & 4) {
    v128.store32_lane(y, value, 0);
    value = i8x16.shuffle(value, value, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    y += 4;
  }
  if (bytes & 2) {
    v128.store16_lane(y, value, 0);
    value = i8x16.shuffle(value, value, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
    y += 2;
  }
  if (bytes & 1) v128.store8_lane(y, value, 0);
}

/** Stores a vector of results, `flushed`. */
// @ts-ignore: decorator
@inline
export function put<T>(y: usize, value: v128): void {
  v128.store(y, flushed<T>(value));
}

/** Stores the first `bytes` of a vector of results, below 16, `flushed`. */
// @ts-ignore: decorator
@inline
export function putPart<T>(y: usize, value: v128, bytes: usize): void {
  storePart(y, flushed<T>(value), bytes);
}

/** Stores a vector, or its first `bytes` where fewer are left, as it is. */
// @ts-ignore: decorator
@inline
export function storeUpTo(y: usize, value: v128, bytes: usize): void {
  if (bytes >= VECTOR) v128.store(y, value);
  else storePart(y, value, bytes);
}

/** Stores a vector of results, or its first `bytes` where fewer are left, `flushed`. */
// @ts-ignore: decorator
@inline
export function putUpTo<T>(y: usize, value: v128, bytes: usize): void {
  storeUpTo(y, flushed<T>(value), bytes);
}

/** Stores one result, `flushed`. */
// @ts-ignore: decorator
@inline
export function putOne<T>(y: usize, value: T): void {
  store<T>(y, flushedOne<T>(value));
}

/** Stores a vector of gradients, or its first `bytes` where fewer are left, zero where they have `vanished`. */
// @ts-ignore: decorator
@inline
export function putGradient(y: usize, value: v128, bytes: usize): void {
  storeUpTo(y, vanished(value), bytes);
}
