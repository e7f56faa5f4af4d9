import type { ArgReduceKind, BinaryKind, CompareKind, ReduceKind, UnaryKind } from '@sluice/core';
import { erf } from './erf.ts';

// Each formula is evaluated in float64; the typed array that takes the value rounds it to float32 or wraps it to int32.

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

export const floatFormulas = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  power: (a, b) => a ** b,
  minimum: Math.min,
  maximum: Math.max,
} satisfies Record<BinaryKind, (a: number, b: number) => number>;

export const integerFormulas = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  // A product of two int32 has up to 62 bits, more than a double holds.
  multiply: Math.imul,
  divide: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  minimum: Math.min,
  maximum: Math.max,
} satisfies Record<Exclude<BinaryKind, 'power'>, (a: number, b: number) => number>;

export const compareFormulas = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
} satisfies Record<CompareKind, (a: number, b: number) => boolean>;

export const reduceFormulas = {
  sum: { start: 0, combine: (total, x) => total + x },
  max: { start: -Infinity, combine: Math.max },
  min: { start: Infinity, combine: Math.min },
} satisfies Record<ReduceKind, { start: number; combine: (total: number, x: number) => number }>;

/** Whether `x` takes the place of `best`, which stands before it. */
export const argReduceFormulas = {
  argMax: (x, best) => !Number.isNaN(best) && (Number.isNaN(x) || x > best),
  argMin: (x, best) => !Number.isNaN(best) && (Number.isNaN(x) || x < best),
} satisfies Record<ArgReduceKind, (x: number, best: number) => boolean>;

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}
