import { madd, put, putOne, putUpTo, VECTOR } from './lanes';

/** y [N] (+)= a [K] times b [K, N]. */
export function vectorTimesRows<T>(y: usize, a: usize, b: usize, N: usize, K: usize, add: bool): void {
  const row = N * sizeof<T>();
  const aEnd = a + K * sizeof<T>();
  const zero = i32x4.splat(0);
  let left: usize = 0;
  for (; left + 8 * VECTOR <= row; left += 8 * VECTOR) {
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
    let q = b + left;
    const o = y + left;
    if (add) {
      s0 = v128.load(o);
      s1 = v128.load(o, 16);
      s2 = v128.load(o, 32);
      s3 = v128.load(o, 48);
      s4 = v128.load(o, 64);
      s5 = v128.load(o, 80);
      s6 = v128.load(o, 96);
      s7 = v128.load(o, 112);
    }
    for (let p = a; p < aEnd; p += sizeof<T>()) {
      const x = v128.load_splat<T>(p);
      s0 = madd<T>(x, v128.load(q), s0);
      s1 = madd<T>(x, v128.load(q, 16), s1);
      s2 = madd<T>(x, v128.load(q, 32), s2);
      s3 = madd<T>(x, v128.load(q, 48), s3);
      s4 = madd<T>(x, v128.load(q, 64), s4);
      s5 = madd<T>(x, v128.load(q, 80), s5);
      s6 = madd<T>(x, v128.load(q, 96), s6);
      s7 = madd<T>(x, v128.load(q, 112), s7);
      q += row;
    }
    put<T>(o, s0);
    put<T>(o + 16, s1);
    put<T>(o + 32, s2);
    put<T>(o + 48, s3);
    put<T>(o + 64, s4);
    put<T>(o + 80, s5);
    put<T>(o + 96, s6);
    put<T>(o + 112, s7);
  }
  for (; left < row; left += 2 * VECTOR) {
    let s0 = zero, s1 = zero;
    let q = b + left;
    if (add) {
      s0 = v128.load(y + left);
      s1 = v128.load(y + left, 16);
    }
    for (let p = a; p < aEnd; p += sizeof<T>()) {
      const x = v128.load_splat<T>(p);
      s0 = madd<T>(x, v128.load(q), s0);
      s1 = madd<T>(x, v128.load(q, 16), s1);
      q += row;
    }
    putUpTo<T>(y + left, s0, row - left);
    if (left + VECTOR < row) putUpTo<T>(y + left + VECTOR, s1, row - left - VECTOR);
  }
}

/** The sum of all lanes. */
// @ts-ignore: decorator
@inline
function total<T>(x: v128): T {
  const pair = v128.extract_lane<T>(x, 0) + v128.extract_lane<T>(x, 1);
  if (sizeof<T>() == 8) return pair;
  return pair + (v128.extract_lane<T>(x, 2) + v128.extract_lane<T>(x, 3));
}

/** y [N] = b [N, K] times a [K]. */
export function rowsTimesVector<T>(y: usize, a: usize, b: usize, N: usize, K: usize): void {
  const row = K * sizeof<T>();
  const whole = a + (row & ~(2 * VECTOR - 1));
  const aEnd = a + row;
  const zero = i32x4.splat(0);
  while (N > 0) {
    // Where fewer than four rows are left, the last is computed again in their place.
    const q1 = b + min<usize>(1, N - 1) * row - a;
    const q2 = b + min<usize>(2, N - 1) * row - a;
    const q3 = b + min<usize>(3, N - 1) * row - a;
    const q0 = b - a;
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, t0 = zero, t1 = zero, t2 = zero, t3 = zero;
    let p = a;
    for (; p < whole; p += 2 * VECTOR) {
      const x = v128.load(p);
      const z = v128.load(p, 16);
      s0 = madd<T>(x, v128.load(q0 + p), s0);
      s1 = madd<T>(x, v128.load(q1 + p), s1);
      s2 = madd<T>(x, v128.load(q2 + p), s2);
      s3 = madd<T>(x, v128.load(q3 + p), s3);
      if (ASC_FEATURE_RELAXED_SIMD) {
        t0 = madd<T>(z, v128.load(q0 + p, 16), t0);
        t1 = madd<T>(z, v128.load(q1 + p, 16), t1);
        t2 = madd<T>(z, v128.load(q2 + p, 16), t2);
        t3 = madd<T>(z, v128.load(q3 + p, 16), t3);
      } else {
        // As in the tiles: with four sums more, some would leave the registers.
        s0 = madd<T>(z, v128.load(q0 + p, 16), s0);
        s1 = madd<T>(z, v128.load(q1 + p, 16), s1);
        s2 = madd<T>(z, v128.load(q2 + p, 16), s2);
        s3 = madd<T>(z, v128.load(q3 + p, 16), s3);
      }
    }
    let v0 = total<T>(v128.add<T>(s0, t0));
    let v1 = total<T>(v128.add<T>(s1, t1));
    let v2 = total<T>(v128.add<T>(s2, t2));
    let v3 = total<T>(v128.add<T>(s3, t3));
    for (; p < aEnd; p += sizeof<T>()) {
      const x = load<T>(p);
      v0 += x * load<T>(q0 + p);
      v1 += x * load<T>(q1 + p);
      v2 += x * load<T>(q2 + p);
      v3 += x * load<T>(q3 + p);
    }
    putOne<T>(y, v0);
    if (N > 1) putOne<T>(y + sizeof<T>(), v1);
    if (N > 2) putOne<T>(y + 2 * sizeof<T>(), v2);
    if (N > 3) putOne<T>(y + 3 * sizeof<T>(), v3);
    const step = min<usize>(4, N);
    N -= step;
    y += step * sizeof<T>();
    b += step * row;
  }
}
