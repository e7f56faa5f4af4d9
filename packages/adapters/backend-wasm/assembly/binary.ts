import { put, putOne, putPart, VECTOR } from './lanes';
import { rowStart, rows } from './rows';

@unmanaged class Add { @inline v<T>(a: v128, b: v128): v128 { return v128.add<T>(a, b); } }
@unmanaged class Subtract { @inline v<T>(a: v128, b: v128): v128 { return v128.sub<T>(a, b); } }
@unmanaged class Multiply { @inline v<T>(a: v128, b: v128): v128 { return v128.mul<T>(a, b); } }
@unmanaged class Divide { @inline v<T>(a: v128, b: v128): v128 { return v128.div<T>(a, b); } }
@unmanaged class Minimum { @inline v<T>(a: v128, b: v128): v128 { return v128.min<T>(a, b); } }
@unmanaged class Maximum { @inline v<T>(a: v128, b: v128): v128 { return v128.max<T>(a, b); } }
@unmanaged class DivideWhole {
  @inline s<T>(a: T, b: T): T {
    if (b == 0) return 0;
    // The one quotient that does not fit wraps; the instruction would trap.
    return b == -1 ? 0 - a : a / b;
  }
}
@unmanaged class Power {
  @inline s<T>(a: T, b: T): T {
    // JavaScript's rule, unlike C's: 1 to the power of NaN or of an infinity is NaN.
    if (b != b || (abs(a) == 1 && abs(b) == <T>Infinity)) return <T>NaN;
    return <T>Math.pow(a, b);
  }
}

function zip<T, F>(y: usize, a: usize, b: usize): void {
  const f = changetype<F>(0);
  const bytes = rows.n * sizeof<T>();
  const whole = bytes & ~(VECTOR - 1);
  const rest = bytes & (VECTOR - 1);
  const aStep = rows.aStep * VECTOR;
  const bStep = rows.bStep * VECTOR;
  for (let row = rows.rows; row > 0; row--) {
    let p = rowStart<T>(a, aStep, 0);
    let q = rowStart<T>(b, bStep, 1);
    for (const end = y + whole; y < end; y += VECTOR) {
      put<T>(y, f.v<T>(v128.load(p), v128.load(q)));
      p += aStep;
      q += bStep;
    }
    if (rest) putPart<T>(y, f.v<T>(v128.load(p), v128.load(q)), rest);
    y += rest;
    a += rows.aRow;
    b += rows.bRow;
  }
}

function zipOneByOne<T, F>(y: usize, a: usize, b: usize): void {
  const f = changetype<F>(0);
  const aStep = rows.aStep * sizeof<T>();
  const bStep = rows.bStep * sizeof<T>();
  for (let row = rows.rows; row > 0; row--) {
    let p = a;
    let q = b;
    for (const end = y + rows.n * sizeof<T>(); y < end; y += sizeof<T>()) {
      putOne<T>(y, f.s<T>(load<T>(p), load<T>(q)));
      p += aStep;
      q += bStep;
    }
    a += rows.aRow;
    b += rows.bRow;
  }
}

export function addF32(y: usize, a: usize, b: usize): void { zip<f32, Add>(y, a, b); }
export function subtractF32(y: usize, a: usize, b: usize): void { zip<f32, Subtract>(y, a, b); }
export function multiplyF32(y: usize, a: usize, b: usize): void { zip<f32, Multiply>(y, a, b); }
export function divideF32(y: usize, a: usize, b: usize): void { zip<f32, Divide>(y, a, b); }
export function minimumF32(y: usize, a: usize, b: usize): void { zip<f32, Minimum>(y, a, b); }
export function maximumF32(y: usize, a: usize, b: usize): void { zip<f32, Maximum>(y, a, b); }
export function addF64(y: usize, a: usize, b: usize): void { zip<f64, Add>(y, a, b); }
export function subtractF64(y: usize, a: usize, b: usize): void { zip<f64, Subtract>(y, a, b); }
export function multiplyF64(y: usize, a: usize, b: usize): void { zip<f64, Multiply>(y, a, b); }
export function divideF64(y: usize, a: usize, b: usize): void { zip<f64, Divide>(y, a, b); }
export function minimumF64(y: usize, a: usize, b: usize): void { zip<f64, Minimum>(y, a, b); }
export function maximumF64(y: usize, a: usize, b: usize): void { zip<f64, Maximum>(y, a, b); }
export function addI32(y: usize, a: usize, b: usize): void { zip<i32, Add>(y, a, b); }
export function subtractI32(y: usize, a: usize, b: usize): void { zip<i32, Subtract>(y, a, b); }
export function multiplyI32(y: usize, a: usize, b: usize): void { zip<i32, Multiply>(y, a, b); }
export function minimumI32(y: usize, a: usize, b: usize): void { zip<i32, Minimum>(y, a, b); }
export function maximumI32(y: usize, a: usize, b: usize): void { zip<i32, Maximum>(y, a, b); }
export function divideI32(y: usize, a: usize, b: usize): void { zipOneByOne<i32, DivideWhole>(y, a, b); }
export function powerF32(y: usize, a: usize, b: usize): void { zipOneByOne<f32, Power>(y, a, b); }
export function powerF64(y: usize, a: usize, b: usize): void { zipOneByOne<f64, Power>(y, a, b); }
