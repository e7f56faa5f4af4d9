import { VECTOR } from './lanes';
import { partStart } from './parts';

// Philox4x32-10 (Salmon et al., SC 2011, section 4.2). Lane i of a vector is a word of block i of four; two such fours run side by side, so that one
// works while the other waits for its products.

/** Draws of the blocks that run side by side. */
const GROUP: usize = 16;

/** Room for the first and for the last group, where only a part of it is wanted: these two may run at the same time. */
const place: usize = memory.data(256, 16);

/** The lower words of four 64-bit numbers. */
// @ts-ignore: decorator
@inline
function lower(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

/** Their upper words. */
// @ts-ignore: decorator
@inline
function upper(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

// @ts-ignore: decorator
@inline
function twoWords(value: v128, next: v128, key: v128): v128 {
  return v128.xor(v128.xor(value, next), key);
}

/** All bits where a draw of 27 and 26 bits is below the limit. */
// @ts-ignore: decorator
@inline
function below(high: v128, low: v128, limitHigh: v128, limitLow: v128): v128 {
  const h = i32x4.shr_u(high, 5);
  const l = i32x4.shr_u(low, 6);
  return v128.or(i32x4.lt_u(h, limitHigh), v128.and(i32x4.eq(h, limitHigh), i32x4.lt_u(l, limitLow)));
}

/** The elements of eight draws, the first and the second of four blocks: `kept`, or 0 where all bits are set. */
// @ts-ignore: decorator
@inline
function put(y: usize, first: v128, second: v128, kept: v128, wide: bool): void {
  const a = i8x16.shuffle(first, second, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const b = i8x16.shuffle(first, second, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  if (wide) {
    v128.store(y, v128.andnot(kept, i64x2.extend_low_i32x4_s(a)));
    v128.store(y + VECTOR, v128.andnot(kept, i64x2.extend_high_i32x4_s(a)));
    v128.store(y + 2 * VECTOR, v128.andnot(kept, i64x2.extend_low_i32x4_s(b)));
    v128.store(y + 3 * VECTOR, v128.andnot(kept, i64x2.extend_high_i32x4_s(b)));
  } else {
    v128.store(y, v128.andnot(kept, a));
    v128.store(y + VECTOR, v128.andnot(kept, b));
  }
}

/**
 * One part of n elements of `bytes` bytes, float32 or float64: 0 where draw `position` + i is below `limit` of 2^53, elsewhere `kept`. A draw is
 * the upper 53 bits of two words, as on the host.
 */
export function dropoutMask(
  y: usize, n: usize, bytes: usize, key0: u32, key1: u32, position: f64, limit: f64, kept: f64, part: usize, parts: usize,
): void {
  const wide = bytes == 8;
  const value = wide ? f64x2.splat(kept) : f32x4.splat(<f32>kept);
  const factor0 = i32x4.splat(0xd2511f53);
  const factor1 = i32x4.splat(0xcd9e8d57);
  const weyl0 = i32x4.splat(0x9e3779b9);
  const weyl1 = i32x4.splat(0xbb67ae85);
  const limitHigh = i32x4.splat(<i32>((<u64>limit) >> 26));
  const limitLow = i32x4.splat(<i32>((<u64>limit) & 0x3ffffff));
  // Groups begin with a block, so that an odd first draw is element 1 of the first one.
  const odd = <usize>((<u64>position) & 1);
  const groups = (n + odd + GROUP - 1) / GROUP;
  const last = partStart(groups, 1, part + 1, parts);
  for (let group = partStart(groups, 1, part, parts); group < last; group++) {
    const block = ((<u64>position) >> 1) + group * (GROUP / 2);
    const first = i64x2.add(i64x2.splat(block), i64x2(0, 1));
    const second = i64x2.add(first, i64x2.splat(2));
    const third = i64x2.add(first, i64x2.splat(4));
    const fourth = i64x2.add(first, i64x2.splat(6));
    let a0 = lower(first, second);
    let a1 = upper(first, second);
    let a2 = i32x4.splat(0);
    let a3 = a2;
    let b0 = lower(third, fourth);
    let b1 = upper(third, fourth);
    let b2 = a2;
    let b3 = a2;
    let k0 = i32x4.splat(key0);
    let k1 = i32x4.splat(key1);
    for (let round = 0; round < 10; round++) {
      const al0 = i64x2.extmul_low_i32x4_u(a0, factor0);
      const ah0 = i64x2.extmul_high_i32x4_u(a0, factor0);
      const al1 = i64x2.extmul_low_i32x4_u(a2, factor1);
      const ah1 = i64x2.extmul_high_i32x4_u(a2, factor1);
      a0 = twoWords(upper(al1, ah1), a1, k0);
      a1 = lower(al1, ah1);
      a2 = twoWords(upper(al0, ah0), a3, k1);
      a3 = lower(al0, ah0);
      const bl0 = i64x2.extmul_low_i32x4_u(b0, factor0);
      const bh0 = i64x2.extmul_high_i32x4_u(b0, factor0);
      const bl1 = i64x2.extmul_low_i32x4_u(b2, factor1);
      const bh1 = i64x2.extmul_high_i32x4_u(b2, factor1);
      b0 = twoWords(upper(bl1, bh1), b1, k0);
      b1 = lower(bl1, bh1);
      b2 = twoWords(upper(bl0, bh0), b3, k1);
      b3 = lower(bl0, bh0);
      k0 = i32x4.add(k0, weyl0);
      k1 = i32x4.add(k1, weyl1);
    }
    // Whole groups go where they belong, others by way of the room for one.
    const skipped = group ? 0 : odd;
    const from = group * GROUP + skipped - odd;
    const count = min(GROUP - skipped, n - from);
    const room = place + (group ? GROUP * 8 : 0);
    const to = count == GROUP ? y + from * bytes : room;
    put(to, below(a0, a1, limitHigh, limitLow), below(a2, a3, limitHigh, limitLow), value, wide);
    put(to + 8 * bytes, below(b0, b1, limitHigh, limitLow), below(b2, b3, limitHigh, limitLow), value, wide);
    if (count < GROUP) memory.copy(y + from * bytes, room + skipped * bytes, count * bytes);
  }
}
