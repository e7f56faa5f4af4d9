import { putOne } from './lanes';

function convert<From, To>(y: usize, x: usize, n: usize): void {
  for (const end = y + n * sizeof<To>(); y < end; y += sizeof<To>(), x += sizeof<From>()) {
    // Conversions to integers saturate, and give 0 for NaN.
    putOne<To>(y, <To>load<From>(x));
  }
}

function truth<From>(y: usize, x: usize, n: usize): void {
  for (const end = y + n; y < end; y++, x += sizeof<From>()) store<u8>(y, load<From>(x) != 0 ? 1 : 0);
}

export function castF32F64(y: usize, x: usize, n: usize): void { convert<f32, f64>(y, x, n); }
export function castF32I32(y: usize, x: usize, n: usize): void { convert<f32, i32>(y, x, n); }
export function castF64F32(y: usize, x: usize, n: usize): void { convert<f64, f32>(y, x, n); }
export function castF64I32(y: usize, x: usize, n: usize): void { convert<f64, i32>(y, x, n); }
export function castI32F32(y: usize, x: usize, n: usize): void { convert<i32, f32>(y, x, n); }
export function castI32F64(y: usize, x: usize, n: usize): void { convert<i32, f64>(y, x, n); }
export function castU8F32(y: usize, x: usize, n: usize): void { convert<u8, f32>(y, x, n); }
export function castU8F64(y: usize, x: usize, n: usize): void { convert<u8, f64>(y, x, n); }
export function castU8I32(y: usize, x: usize, n: usize): void { convert<u8, i32>(y, x, n); }
export function castF32U8(y: usize, x: usize, n: usize): void { truth<f32>(y, x, n); }
export function castF64U8(y: usize, x: usize, n: usize): void { truth<f64>(y, x, n); }
export function castI32U8(y: usize, x: usize, n: usize): void { truth<i32>(y, x, n); }
