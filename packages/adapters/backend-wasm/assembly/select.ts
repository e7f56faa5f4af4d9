import { putPart, VECTOR } from './lanes';
import { rowStart, rows } from './rows';

/** A vector of the lanes' width with all bits set where a byte of the condition is not 0. */
// @ts-ignore: decorator
@inline
function maskOf<T>(condition: usize): v128 {
  if (sizeof<T>() == 1) return i8x16.ne(v128.load(condition), i8x16.splat(0));
  const words = v128.load_ext<u8>(condition);
  if (sizeof<T>() == 4) return i32x4.ne(i32x4.extend_low_i16x8_u(words), i32x4.splat(0));
  return i64x2.ne(i64x2.extend_low_i32x4_u(i32x4.extend_low_i16x8_u(words)), i64x2.splat(0));
}

function choose<T>(y: usize, condition: usize, a: usize, b: usize): void {
  const bytes = rows.n * sizeof<T>();
  const whole = bytes & ~(VECTOR - 1);
  const rest = bytes & (VECTOR - 1);
  const conditionStep = rows.cStep * (VECTOR / sizeof<T>());
  const aStep = rows.aStep * VECTOR;
  const bStep = rows.bStep * VECTOR;
  for (let row = rows.rows; row > 0; row--) {
    let c = rowStart<u8>(condition, conditionStep, 2);
    let p = rowStart<T>(a, aStep, 0);
    let q = rowStart<T>(b, bStep, 1);
    for (const end = y + whole; y < end; y += VECTOR) {
      v128.store(y, v128.bitselect(v128.load(p), v128.load(q), maskOf<T>(c)));
      c += conditionStep;
      p += aStep;
      q += bStep;
    }
    if (rest) putPart<u8>(y, v128.bitselect(v128.load(p), v128.load(q), maskOf<T>(c)), rest);
    y += rest;
    condition += rows.cRow;
    a += rows.aRow;
    b += rows.bRow;
  }
}

export function select8(y: usize, c: usize, a: usize, b: usize): void { choose<u8>(y, c, a, b); }
export function select32(y: usize, c: usize, a: usize, b: usize): void { choose<u32>(y, c, a, b); }
export function select64(y: usize, c: usize, a: usize, b: usize): void { choose<u64>(y, c, a, b); }
