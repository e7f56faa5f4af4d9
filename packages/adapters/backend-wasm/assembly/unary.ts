import { put, putOne, putPart, VECTOR } from './lanes';
import { erf } from './math-erf';
import { exp, expm1, sigmoid, tanh } from './math-exp';
import { log, log1p, softplus } from './math-log';
import { cos, cosOfDouble, sin, sinOfDouble } from './math-trigonometry';

// Kernels for vectors, and for one double where there is no vector form: those go through AssemblyScript's own Math, which is the same code
// on every engine. The classes are only names that a generic loop is specialised by.

@unmanaged class Negate { @inline v<T>(x: v128): v128 { return v128.neg<T>(x); } }
@unmanaged class Abs { @inline v<T>(x: v128): v128 { return v128.abs<T>(x); } }
@unmanaged class Floor { @inline v<T>(x: v128): v128 { return v128.floor<T>(x); } }
@unmanaged class Ceil { @inline v<T>(x: v128): v128 { return v128.ceil<T>(x); } }
@unmanaged class Round { @inline v<T>(x: v128): v128 { return v128.nearest<T>(x); } }
@unmanaged class Sqrt { @inline v<T>(x: v128): v128 { return v128.sqrt<T>(x); } }
@unmanaged class Relu { @inline v<T>(x: v128): v128 { return v128.max<T>(x, i32x4.splat(0)); } }
@unmanaged class Sign {
  @inline v<T>(x: v128): v128 {
    const one = v128.splat<T>(<T>1);
    const zero = i32x4.splat(0);
    const above = v128.gt<T>(x, zero);
    const below = v128.lt<T>(x, zero);
    return v128.bitselect(one, v128.bitselect(v128.neg<T>(one), x, below), above);
  }
}
@unmanaged class Exp { @inline v<T>(x: v128): v128 { return exp(x); } @inline s(x: f64): f64 { return Math.exp(x); } }
@unmanaged class Expm1 { @inline v<T>(x: v128): v128 { return expm1(x); } @inline s(x: f64): f64 { return Math.expm1(x); } }
@unmanaged class Log { @inline v<T>(x: v128): v128 { return log(x); } @inline s(x: f64): f64 { return Math.log(x); } }
@unmanaged class Log1p { @inline v<T>(x: v128): v128 { return log1p(x); } @inline s(x: f64): f64 { return Math.log1p(x); } }
@unmanaged class Sin { @inline v<T>(x: v128): v128 { return sin(x); } @inline s(x: f64): f64 { return sinOfDouble(x); } }
@unmanaged class Cos { @inline v<T>(x: v128): v128 { return cos(x); } @inline s(x: f64): f64 { return cosOfDouble(x); } }
@unmanaged class Tanh { @inline v<T>(x: v128): v128 { return tanh(x); } @inline s(x: f64): f64 { return Math.tanh(x); } }
@unmanaged class Sigmoid {
  @inline v<T>(x: v128): v128 { return sigmoid(x); }
  @inline s(x: f64): f64 {
    const e = Math.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  }
}
@unmanaged class Softplus {
  @inline v<T>(x: v128): v128 { return softplus(x); }
  @inline s(x: f64): f64 { return max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))); }
}
@unmanaged class Erf {
  @inline v<T>(x: v128): v128 {
    let y = f32x4.splat(<f32>erf(f32x4.extract_lane(x, 0)));
    y = f32x4.replace_lane(y, 1, <f32>erf(f32x4.extract_lane(x, 1)));
    y = f32x4.replace_lane(y, 2, <f32>erf(f32x4.extract_lane(x, 2)));
    return f32x4.replace_lane(y, 3, <f32>erf(f32x4.extract_lane(x, 3)));
  }
  @inline s(x: f64): f64 { return erf(x); }
}

/** As it is, but for what no kernel stores. */
@unmanaged class Flush { @inline v<T>(x: v128): v128 { return x; } }

function map<T, F>(y: usize, x: usize, n: usize): void {
  const f = changetype<F>(0);
  const bytes = n * sizeof<T>();
  const end = y + (bytes & ~(VECTOR - 1));
  while (y < end) {
    put<T>(y, f.v<T>(v128.load(x)));
    y += VECTOR;
    x += VECTOR;
  }
  const rest = bytes & (VECTOR - 1);
  if (rest) putPart<T>(y, f.v<T>(v128.load(x)), rest);
}

function mapOneByOne<F>(y: usize, x: usize, n: usize): void {
  const f = changetype<F>(0);
  for (const end = y + n * 8; y < end; y += 8, x += 8) putOne<f64>(y, f.s(load<f64>(x)));
}

export function negateI32(y: usize, x: usize, n: usize): void { map<i32, Negate>(y, x, n); }
export function absI32(y: usize, x: usize, n: usize): void { map<i32, Abs>(y, x, n); }
export function signI32(y: usize, x: usize, n: usize): void { map<i32, Sign>(y, x, n); }
export function flushF32(y: usize, x: usize, n: usize): void { map<f32, Flush>(y, x, n); }
export function flushF64(y: usize, x: usize, n: usize): void { map<f64, Flush>(y, x, n); }
export function negateF32(y: usize, x: usize, n: usize): void { map<f32, Negate>(y, x, n); }
export function absF32(y: usize, x: usize, n: usize): void { map<f32, Abs>(y, x, n); }
export function signF32(y: usize, x: usize, n: usize): void { map<f32, Sign>(y, x, n); }
export function floorF32(y: usize, x: usize, n: usize): void { map<f32, Floor>(y, x, n); }
export function ceilF32(y: usize, x: usize, n: usize): void { map<f32, Ceil>(y, x, n); }
export function roundF32(y: usize, x: usize, n: usize): void { map<f32, Round>(y, x, n); }
export function sqrtF32(y: usize, x: usize, n: usize): void { map<f32, Sqrt>(y, x, n); }
export function reluF32(y: usize, x: usize, n: usize): void { map<f32, Relu>(y, x, n); }
export function expF32(y: usize, x: usize, n: usize): void { map<f32, Exp>(y, x, n); }
export function expm1F32(y: usize, x: usize, n: usize): void { map<f32, Expm1>(y, x, n); }
export function logF32(y: usize, x: usize, n: usize): void { map<f32, Log>(y, x, n); }
export function log1pF32(y: usize, x: usize, n: usize): void { map<f32, Log1p>(y, x, n); }
export function sinF32(y: usize, x: usize, n: usize): void { map<f32, Sin>(y, x, n); }
export function cosF32(y: usize, x: usize, n: usize): void { map<f32, Cos>(y, x, n); }
export function tanhF32(y: usize, x: usize, n: usize): void { map<f32, Tanh>(y, x, n); }
export function sigmoidF32(y: usize, x: usize, n: usize): void { map<f32, Sigmoid>(y, x, n); }
export function softplusF32(y: usize, x: usize, n: usize): void { map<f32, Softplus>(y, x, n); }
export function erfF32(y: usize, x: usize, n: usize): void { map<f32, Erf>(y, x, n); }
export function negateF64(y: usize, x: usize, n: usize): void { map<f64, Negate>(y, x, n); }
export function absF64(y: usize, x: usize, n: usize): void { map<f64, Abs>(y, x, n); }
export function signF64(y: usize, x: usize, n: usize): void { map<f64, Sign>(y, x, n); }
export function floorF64(y: usize, x: usize, n: usize): void { map<f64, Floor>(y, x, n); }
export function ceilF64(y: usize, x: usize, n: usize): void { map<f64, Ceil>(y, x, n); }
export function roundF64(y: usize, x: usize, n: usize): void { map<f64, Round>(y, x, n); }
export function sqrtF64(y: usize, x: usize, n: usize): void { map<f64, Sqrt>(y, x, n); }
export function reluF64(y: usize, x: usize, n: usize): void { map<f64, Relu>(y, x, n); }
export function expF64(y: usize, x: usize, n: usize): void { mapOneByOne<Exp>(y, x, n); }
export function expm1F64(y: usize, x: usize, n: usize): void { mapOneByOne<Expm1>(y, x, n); }
export function logF64(y: usize, x: usize, n: usize): void { mapOneByOne<Log>(y, x, n); }
export function log1pF64(y: usize, x: usize, n: usize): void { mapOneByOne<Log1p>(y, x, n); }
export function sinF64(y: usize, x: usize, n: usize): void { mapOneByOne<Sin>(y, x, n); }
export function cosF64(y: usize, x: usize, n: usize): void { mapOneByOne<Cos>(y, x, n); }
export function tanhF64(y: usize, x: usize, n: usize): void { mapOneByOne<Tanh>(y, x, n); }
export function sigmoidF64(y: usize, x: usize, n: usize): void { mapOneByOne<Sigmoid>(y, x, n); }
export function softplusF64(y: usize, x: usize, n: usize): void { mapOneByOne<Softplus>(y, x, n); }
export function erfF64(y: usize, x: usize, n: usize): void { mapOneByOne<Erf>(y, x, n); }
