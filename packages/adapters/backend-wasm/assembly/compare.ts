import { putPart, VECTOR } from './lanes';
import { rowStart, rows } from './rows';

@unmanaged class Equal { @inline v<T>(a: v128, b: v128): v128 { return v128.eq<T>(a, b); } }
@unmanaged class NotEqual { @inline v<T>(a: v128, b: v128): v128 { return v128.ne<T>(a, b); } }
@unmanaged class Less { @inline v<T>(a: v128, b: v128): v128 { return v128.lt<T>(a, b); } }
@unmanaged class LessEqual { @inline v<T>(a: v128, b: v128): v128 { return v128.le<T>(a, b); } }

/** The lanes of a mask as bytes 0 and 1, side by side from byte 0 on. */
// @ts-ignore: decorator
@inline
function toBytes<T>(mask: v128): v128 {
  if (sizeof<T>() == 8) mask = i8x16.shuffle(mask, mask, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8);
  else mask = i8x16.shuffle(mask, mask, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  return v128.and(mask, i8x16.splat(1));
}

function zip<T, F>(y: usize, a: usize, b: usize): void {
  const f = changetype<F>(0);
  const lanes = VECTOR / sizeof<T>();
  const whole = rows.n & ~(lanes - 1);
  const rest = rows.n & (lanes - 1);
  const aStep = rows.aStep * VECTOR;
  const bStep = rows.bStep * VECTOR;
  for (let row = rows.rows; row > 0; row--) {
    let p = rowStart<T>(a, aStep, 0);
    let q = rowStart<T>(b, bStep, 1);
    for (const end = y + whole; y < end; y += lanes) {
      const bytes = toBytes<T>(f.v<T>(v128.load(p), v128.load(q)));
      if (sizeof<T>() == 8) v128.store16_lane(y, bytes, 0);
      else v128.store32_lane(y, bytes, 0);
      p += aStep;
      q += bStep;
    }
    if (rest) putPart<u8>(y, toBytes<T>(f.v<T>(v128.load(p), v128.load(q))), rest);
    y += rest;
    a += rows.aRow;
    b += rows.bRow;
  }
}

export function equalF32(y: usize, a: usize, b: usize): void { zip<f32, Equal>(y, a, b); }
export function notEqualF32(y: usize, a: usize, b: usize): void { zip<f32, NotEqual>(y, a, b); }
export function lessF32(y: usize, a: usize, b: usize): void { zip<f32, Less>(y, a, b); }
export function lessEqualF32(y: usize, a: usize, b: usize): void { zip<f32, LessEqual>(y, a, b); }
export function equalF64(y: usize, a: usize, b: usize): void { zip<f64, Equal>(y, a, b); }
export function notEqualF64(y: usize, a: usize, b: usize): void { zip<f64, NotEqual>(y, a, b); }
export function lessF64(y: usize, a: usize, b: usize): void { zip<f64, Less>(y, a, b); }
export function lessEqualF64(y: usize, a: usize, b: usize): void { zip<f64, LessEqual>(y, a, b); }
export function equalI32(y: usize, a: usize, b: usize): void { zip<i32, Equal>(y, a, b); }
export function notEqualI32(y: usize, a: usize, b: usize): void { zip<i32, NotEqual>(y, a, b); }
export function lessI32(y: usize, a: usize, b: usize): void { zip<i32, Less>(y, a, b); }
export function lessEqualI32(y: usize, a: usize, b: usize): void { zip<i32, LessEqual>(y, a, b); }
