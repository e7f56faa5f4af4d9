import type { BinaryKind, CompareKind, DType, UnaryKind } from '@sluice/core';

// `satisfies Record<...>` makes a kind that the contract gains later a compile error here.

export const unaryFormulas = {
  negate: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  erf,
} satisfies Record<UnaryKind, (x: number) => number>;

const floatFormulas = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  power: (a, b) => a ** b,
  minimum: Math.min,
  maximum: Math.max,
} satisfies Record<BinaryKind, (a: number, b: number) => number>;

export const binaryFormulas = {
  float: floatFormulas,
  // A product of two int32 does not fit a number, and a divisor of 0 gives 0 once it is rounded.
  int32: { ...floatFormulas, multiply: Math.imul },
};

export const compareFormulas = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
} satisfies Record<CompareKind, (a: number, b: number) => boolean>;

/** What a result becomes before it is stored. */
export const rounding = {
  float64: (x) => x,
  float32: Math.fround,
  int32: (x) => x | 0,
  bool: (x) => Number(x !== 0),
} satisfies Record<DType, (x: number) => number>;

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** (2 / sqrt(pi)) e^(-x^2) times the sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)), DLMF 7.6.2: no term is negative, so none cancels. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let sum = 0;
  for (let term = x, n = 0; Math.abs(term) > 1e-17 * Math.abs(sum); n++, term *= (2 * x * x) / (2 * n + 1)) sum += term;
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
