import type { DataArray, DType, UnaryKind } from '@sluice/core';
import { erf } from './erf.ts';

type UnaryKernel = (x: DataArray, y: DataArray) => void;

// One loop each: engines inline `f` into `y[i] = f(x[i])` only where a loop always meets the same `f`.
const floatKernels = {
  negate: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = -x[i]!;
  },
  abs: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.abs(x[i]!);
  },
  sign: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.sign(x[i]!);
  },
  floor: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.floor(x[i]!);
  },
  ceil: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.ceil(x[i]!);
  },
  round: (x, y) => {
    // The sum has no bits left for a fraction, so it is rounded the way every sum is: halves to even.
    const shift = 1.5 * 2 ** 52;
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      y[i] = Math.abs(value) < 2 ** 51 ? value + shift - shift : value;
    }
  },
  exp: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.exp(x[i]!);
  },
  expm1: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.expm1(x[i]!);
  },
  log: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.log(x[i]!);
  },
  log1p: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.log1p(x[i]!);
  },
  sqrt: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.sqrt(x[i]!);
  },
  sin: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.sin(x[i]!);
  },
  cos: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.cos(x[i]!);
  },
  tanh: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.tanh(x[i]!);
  },
  sigmoid: (x, y) => {
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      const e = Math.exp(-Math.abs(value));
      y[i] = (value < 0 ? e : 1) / (1 + e);
    }
  },
  relu: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.max(x[i]!, 0);
  },
  softplus: (x, y) => {
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      y[i] = Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
    }
  },
  erf: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = erf(x[i]!);
  },
} as const satisfies Record<UnaryKind, UnaryKernel>;

// Storing into an Int32Array wraps. Apart from the loops for floats, which would get slower by having met integers.
const intKernels: Partial<Record<UnaryKind, UnaryKernel>> = {
  negate: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = -x[i]!;
  },
  abs: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.abs(x[i]!);
  },
  sign: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.sign(x[i]!);
  },
};

/** Writes the function of each element of `x` into `y`. */
export function unary(kind: UnaryKind, dtype: DType, x: DataArray, y: DataArray): void {
  const kernel = (dtype === 'int32' ? intKernels[kind] : undefined) ?? floatKernels[kind];
  kernel(x, y);
}

/** Converts each element of `x` to `dtype` into `y`. */
export function cast(from: DType, dtype: DType, x: DataArray, y: DataArray): void {
  if (dtype === 'bool' && from !== 'bool') {
    for (let i = 0; i < x.length; i++) y[i] = x[i] !== 0 ? 1 : 0;
  } else if (dtype === 'int32' && (from === 'float32' || from === 'float64')) {
    for (let i = 0; i < x.length; i++) {
      // NaN passes through `max` and `min`, and is stored as 0.
      y[i] = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, x[i]!));
    }
  } else {
    y.set(x);
  }
}
