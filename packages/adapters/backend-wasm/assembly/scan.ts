import { putOne } from './lanes';

@unmanaged class Above { @inline s<T>(a: T, b: T): bool { return a > b; } }
@unmanaged class Below { @inline s<T>(a: T, b: T): bool { return a < b; } }

/** [outer, n, inner] to positions [outer, inner]. */
function findExtreme<T, F>(y: usize, x: usize, outer: usize, n: usize, inner: usize): void {
  const f = changetype<F>(0);
  const row = inner * sizeof<T>();
  for (; outer > 0; outer--) {
    for (const end = x + row; x < end; x += sizeof<T>()) {
      let best = load<T>(x);
      let position: i32 = 0;
      let p = x + row;
      for (let i: usize = 1; i < n; i++, p += row) {
        const value = load<T>(p);
        // The first NaN stands above and below all numbers.
        if (f.s<T>(value, best) || (value != value && best == best)) {
          best = value;
          position = <i32>i;
        }
      }
      store<i32>(y, position);
      y += 4;
    }
    x += (n - 1) * row;
  }
}

/** Running sums along n of [outer, n, inner], in the precision of A; from the end when `reverse`. */
function cumulate<T, A>(y: usize, x: usize, outer: usize, n: usize, inner: usize, reverse: bool): void {
  const row = inner * sizeof<T>();
  const step: usize = reverse ? 0 - row : row;
  const start: usize = reverse ? (n - 1) * row : 0;
  for (; outer > 0; outer--) {
    for (let left: usize = 0; left < row; left += sizeof<T>()) {
      let total: A = 0;
      let place = start + left;
      for (let i: usize = 0; i < n; i++, place += step) {
        total += <A>load<T>(x + place);
        putOne<T>(y + place, <T>total);
      }
    }
    x += n * row;
    y += n * row;
  }
}

export function argMaxF32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { findExtreme<f32, Above>(y, x, outer, n, inner); }
export function argMaxF64(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { findExtreme<f64, Above>(y, x, outer, n, inner); }
export function argMaxI32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { findExtreme<i32, Above>(y, x, outer, n, inner); }
export function argMinF32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { findExtreme<f32, Below>(y, x, outer, n, inner); }
export function argMinF64(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { findExtreme<f64, Below>(y, x, outer, n, inner); }
export function argMinI32(y: usize, x: usize, outer: usize, n: usize, inner: usize): void { findExtreme<i32, Below>(y, x, outer, n, inner); }
export function cumulativeSumF32(y: usize, x: usize, outer: usize, n: usize, inner: usize, reverse: bool): void {
  cumulate<f32, f64>(y, x, outer, n, inner, reverse);
}
export function cumulativeSumF64(y: usize, x: usize, outer: usize, n: usize, inner: usize, reverse: bool): void {
  cumulate<f64, f64>(y, x, outer, n, inner, reverse);
}
export function cumulativeSumI32(y: usize, x: usize, outer: usize, n: usize, inner: usize, reverse: bool): void {
  cumulate<i32, i32>(y, x, outer, n, inner, reverse);
}
