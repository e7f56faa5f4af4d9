import { put, putOne, putUpTo, VECTOR } from './lanes';

@unmanaged class Sum { @inline v<T>(a: v128, b: v128): v128 { return v128.add<T>(a, b); } @inline s<T>(a: T, b: T): T { return a + b; } }
@unmanaged class Max {
  @inline v<T>(a: v128, b: v128): v128 { return v128.max<T>(a, b); }
  @inline s<T>(a: T, b: T): T { return max<T>(a, b); }
}
@unmanaged class Min {
  @inline v<T>(a: v128, b: v128): v128 { return v128.min<T>(a, b); }
  @inline s<T>(a: T, b: T): T { return min<T>(a, b); }
}

/** Four vectors at a time for float32 alone: the rest is rare, and every copy of a loop counts in the size of the binary. */
// @ts-ignore: decorator
@inline
function isUnrolled<T>(): bool {
  return isFloat<T>() && sizeof<T>() == 4;
}

/** [outer, n] to [outer], n at least 1. */
function foldRuns<T, F>(y: usize, x: usize, outer: usize, n: usize): void {
  const f = changetype<F>(0);
  const bytes = n * sizeof<T>();
  for (; outer > 0; outer--) {
    const end = x + bytes;
    let value = load<T>(x);
    if (isUnrolled<T>() && bytes >= 4 * VECTOR) {
      let a = v128.load(x);
      let b = v128.load(x, 16);
      let c = v128.load(x, 32);
      let d = v128.load(x, 48);
      x += 64;
      for (; x + 64 <= end; x += 64) {
        a = f.v<T>(a, v128.load(x));
        b = f.v<T>(b, v128.load(x, 16));
        c = f.v<T>(c, v128.load(x, 32));
        d = f.v<T>(d, v128.load(x, 48));
      }
      a = f.v<T>(f.v<T>(a, b), f.v<T>(c, d));
      value = f.s<T>(v128.extract_lane<T>(a, 0), v128.extract_lane<T>(a, 1));
      value = f.s<T>(value, f.s<T>(v128.extract_lane<T>(a, 2), v128.extract_lane<T>(a, 3)));
    } else {
      x += sizeof<T>();
    }
    for (; x < end; x += sizeof<T>()) value = f.s<T>(value, load<T>(x));
    putOne<T>(y, value);
    y += sizeof<T>();
  }
}

/** [outer, n, inner] to [outer, inner], n at least 1. */
function foldRows<T, F>(y: usize, x: usize, outer: usize, n: usize, inner: usize): void {
  const f = changetype<F>(0);
  const row = inner * sizeof<T>();
  const next = n * row;
  for (; outer > 0; outer--) {
    const end = x + next;
    let left: usize = 0;
    for (; isUnrolled<T>() && left + 64 <= row; left += 64) {
      let p = x + left;
      let a = v128.load(p);
      let b = v128.load(p, 16);
      let c = v128.load(p, 32);
      let d = v128.load(p, 48);
      for (p += row; p < end; p += row) {
        a = f.v<T>(a, v128.load(p));
        b = f.v<T>(b, v128.load(p, 16));
        c = f.v<T>(c, v128.load(p, 32));
        d = f.v<T>(d, v128.load(p, 48));
      }
      const o = y + left;
      put<T>(o, a);
      put<T>(o + 16, b);
      put<T>(o + 32, c);
      put<T>(o + 48, d);
    }
    for (; left < row; left += VECTOR) {
      let p = x + left;
      let a = v128.load(p);
      for (p += row; p < end; p += row) a = f.v<T>(a, v128.load(p));
      putUpTo<T>(y + left, a, row - left);
    }
    x = end;
    y += row;
  }
}

// @ts-ignore: decorator
@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

/** Sums of float32, added in double precision and rounded once: [outer, n] to [outer]. */
export function sumRunsF32(y: usize, x: usize, outer: usize, n: usize): void {
  for (; outer > 0; outer--) {
    const end = x + n * 4;
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; x + 32 <= end; x += 32) {
      const p = v128.load(x);
      const q = v128.load(x, 16);
      a = f64x2.add(a, low(p));
      b = f64x2.add(b, high(p));
      c = f64x2.add(c, low(q));
      d = f64x2.add(d, high(q));
    }
    a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
    let value = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
    for (; x < end; x += 4) value += load<f32>(x);
    putOne<f32>(y, <f32>value);
    y += 4;
  }
}

/** The same for [outer, n, inner] to [outer, inner]. */
export function sumRowsF32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void {
  const row = inner * 4;
  for (; outer > 0; outer--) {
    const end = x + n * row;
    let left: usize = 0;
    for (; left + 32 <= row; left += 32) {
      let a = f64x2.splat(0);
      let b = a;
      let c = a;
      let d = a;
      for (let p = x + left; p < end; p += row) {
        const v = v128.load(p);
        const w = v128.load(p, 16);
        a = f64x2.add(a, low(v));
        b = f64x2.add(b, high(v));
        c = f64x2.add(c, low(w));
        d = f64x2.add(d, high(w));
      }
      const o = y + left;
      put<f32>(o, i64x2.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2));
      put<f32>(o + 16, i64x2.shuffle(f32x4.demote_f64x2_zero(c), f32x4.demote_f64x2_zero(d), 0, 2));
    }
    for (; left < row; left += VECTOR) {
      let a = f64x2.splat(0);
      let b = a;
      for (let p = x + left; p < end; p += row) {
        const v = v128.load(p);
        a = f64x2.add(a, low(v));
        b = f64x2.add(b, high(v));
      }
      const sums = i64x2.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
      putUpTo<f32>(y + left, sums, row - left);
    }
    x = end;
    y += row;
  }
}

export function sumRunsF64(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<f64, Sum>(y, x, outer, n); }
export function sumRunsI32(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<i32, Sum>(y, x, outer, n); }
export function maxRunsF32(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<f32, Max>(y, x, outer, n); }
export function maxRunsF64(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<f64, Max>(y, x, outer, n); }
export function maxRunsI32(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<i32, Max>(y, x, outer, n); }
export function minRunsF32(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<f32, Min>(y, x, outer, n); }
export function minRunsF64(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<f64, Min>(y, x, outer, n); }
export function minRunsI32(y: usize, x: usize, outer: usize, n: usize): void { foldRuns<i32, Min>(y, x, outer, n); }
export function sumRowsF64(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<f64, Sum>(y, x, outer, n, inner); }
export function sumRowsI32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<i32, Sum>(y, x, outer, n, inner); }
export function maxRowsF32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<f32, Max>(y, x, outer, n, inner); }
export function maxRowsF64(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<f64, Max>(y, x, outer, n, inner); }
export function maxRowsI32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<i32, Max>(y, x, outer, n, inner); }
export function minRowsF32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<f32, Min>(y, x, outer, n, inner); }
export function minRowsF64(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<f64, Min>(y, x, outer, n, inner); }
export function minRowsI32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { foldRows<i32, Min>(y, x, outer, n, inner); }
