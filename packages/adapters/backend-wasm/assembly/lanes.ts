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

/** Stores the first `bytes` of a vector, below 16. */
export function storePart(y: usize, value: v128, bytes: usize): void {
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

/** Stores a whole vector, or its first `bytes` where fewer are left. */
// @ts-ignore: decorator
@inline
export function storeUpTo(y: usize, value: v128, bytes: usize): void {
  if (bytes >= VECTOR) v128.store(y, value);
  else storePart(y, value, bytes);
}
