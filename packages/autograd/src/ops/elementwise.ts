import {
  type BinaryKind,
  broadcastShapes,
  checkTensors,
  checkValue,
  isFloat,
  OptionError,
  readOptions,
  refuse,
  type Tensor,
  type UnaryKind,
} from '@sluice/core';
import { defineOp, type OpDefinition } from '../define-op.ts';
import { equal, greater, greaterEqual, less, lessEqual, logicalAnd, select } from './compare.ts';
import { checkFloat, checkNumeric, type Scalar, withOperands } from './support.ts';

type Unary = OpDefinition<[x: Tensor], Tensor>;
type Binary = OpDefinition<[a: Tensor, b: Tensor], Tensor>;

/* @__NO_SIDE_EFFECTS__ */
function unary(kind: UnaryKind, backward: Unary['backward'], alsoInt32 = false): (x: Tensor) => Tensor {
  const check = alsoInt32 ? checkNumeric : checkFloat;
  const op = defineOp<[x: Tensor], Tensor>({
    name: kind,
    forward: (x) => {
      check(kind, 'x', x);
      return x.device.execute(kind, [x], x.shape, x.dtype, (backend, [operand]) => backend.unary(kind, operand!));
    },
    backward,
  });
  // Of one argument, so that `xs.map(tanh)` means what it says.
  return (x) => op(x);
}

/* @__NO_SIDE_EFFECTS__ */
function binary(
  kind: BinaryKind,
  backward: Binary['backward'],
  check = checkNumeric,
): (a: Scalar, b: Scalar) => Tensor {
  const op = defineOp<[a: Tensor, b: Tensor], Tensor>({
    name: kind,
    forward: (a, b) => {
      check(kind, 'operands', a);
      const shape = broadcastShapes(kind, a.shape, b.shape);
      return a.device.execute(kind, [a, b], shape, a.dtype, (backend, [x, y]) => backend.binary(kind, x!, y!, shape));
    },
    backward,
  });
  return (a, b) => withOperands(kind, a, b, op);
}

/** a + b, broadcasting. */
export const add = binary('add', (dy) => [() => dy, () => dy]);

/** a - b, broadcasting. */
export const subtract = binary('subtract', (dy) => [() => dy, () => negate(dy)]);

/** a b per element, broadcasting. */
export const multiply = binary('multiply', (dy, _y, a, b) => [() => multiply(dy, b), () => multiply(dy, a)]);

/** a / b, broadcasting. int32 truncates towards zero. d(a/b) = da/b - (a/b) db/b */
export const divide = binary('divide', (dy, y, _a, b) => [
  () => divide(dy, b),
  () => negate(divide(multiply(dy, y), b)),
]);

/**
 * a to the power of b, broadcasting; floats. d(a^b) = b a^(b-1) da + a^b ln(a) db, where 0 stands for the first term if a and
 * b are 0 and for the second if a is 0 and b is not negative.
 */
export const power = binary(
  'power',
  (dy, y, a, b) => [
    // A base of 1 in the place of 0 makes the terms 0. Selecting after the fact would leave 0 times an infinity to higher
    // derivatives.
    () => multiply(dy, multiply(b, power(select(logicalAnd(equal(a, 0), equal(b, 0)), 1, a), subtract(b, 1)))),
    () => multiply(multiply(dy, y), log(select(logicalAnd(equal(a, 0), greaterEqual(b, 0)), 1, a))),
  ],
  checkFloat,
);

/** The smaller of a and b, broadcasting; NaN if either is. Equal operands share the gradient. */
export const minimum = binary('minimum', (dy, _y, a, b) => [
  () => multiply(dy, preference(less(a, b), equal(a, b), dy)),
  () => multiply(dy, preference(less(b, a), equal(a, b), dy)),
]);

/** The larger of a and b, broadcasting; NaN if either is. Equal operands share the gradient. */
export const maximum = binary('maximum', (dy, _y, a, b) => [
  () => multiply(dy, preference(greater(a, b), equal(a, b), dy)),
  () => multiply(dy, preference(greater(b, a), equal(a, b), dy)),
]);

/** 1 where chosen, 1/2 where tied, else 0. */
function preference(chosen: Tensor, tied: Tensor, like: Tensor): Tensor {
  const scalar = (value: number) => like.device.full([], value, like.dtype);
  return select(chosen, scalar(1), select(tied, scalar(0.5), scalar(0)));
}

/** -x. */
export const negate = unary('negate', (dy) => [() => negate(dy)], true);
/** |x|; the gradient at 0 is 0. */
export const abs = unary('abs', (dy, _y, x) => [() => multiply(dy, sign(x))], true);
/** -1, 0 or 1. Its gradient is 0. */
export const sign = unary('sign', null, true);
/** The largest whole number not above x. Its gradient is 0. */
export const floor = unary('floor', null);
/** The smallest whole number not below x. Its gradient is 0. */
export const ceil = unary('ceil', null);
/** The nearest whole number, halves to even. Its gradient is 0. */
export const round = unary('round', null);
/** e^x. */
export const exp = unary('exp', (dy, y) => [() => multiply(dy, y)]);
/** e^x - 1, exact near 0. */
export const expm1 = unary('expm1', (dy, y) => [() => multiply(dy, add(y, 1))]);
/** ln x. */
export const log = unary('log', (dy, _y, x) => [() => divide(dy, x)]);
/** ln(1 + x), exact near 0. */
export const log1p = unary('log1p', (dy, _y, x) => [() => divide(dy, add(x, 1))]);
/** The square root. */
export const sqrt = unary('sqrt', (dy, y) => [() => divide(dy, multiply(y, 2))]);
/** x^2. */
export function square(x: Tensor): Tensor {
  checkTensors('square', { x });
  checkNumeric('square', 'x', x);
  return multiply(x, x);
}
/** sin x, x in radians. */
export const sin = unary('sin', (dy, _y, x) => [() => multiply(dy, cos(x))]);
/** cos x, x in radians. */
export const cos = unary('cos', (dy, _y, x) => [() => negate(multiply(dy, sin(x)))]);
/** The hyperbolic tangent; tanh' = 1 - tanh^2. */
export const tanh = unary('tanh', (dy, y) => [() => multiply(dy, subtract(1, square(y)))]);
/** 1 / (1 + e^-x); its derivative is y (1 - y). */
export const sigmoid = unary('sigmoid', (dy, y) => [() => multiply(dy, multiply(y, subtract(1, y)))]);
/** max(x, 0); the gradient at 0 is 0. */
export const relu = unary('relu', (dy, _y, x) => [() => select(greater(x, 0), dy, 0)]);
/** ln(1 + e^x), without overflow. */
export const softplus = unary('softplus', (dy, _y, x) => [() => multiply(dy, sigmoid(x))]);
/** The Gauss error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf = unary('erf', (dy, _y, x) => [
  () => multiply(dy, multiply(2 / Math.sqrt(Math.PI), exp(negate(square(x))))),
]);

/** x sigmoid(x) (Elfwing et al. 2018; Ramachandran et al. 2017). */
export function silu(x: Tensor): Tensor {
  checkTensors('silu', { x });
  checkFloat('silu', 'x', x);
  return x.device.scope(() => multiply(x, sigmoid(x)));
}

export interface GeluOptions {
  /** `none`: x (1 + erf(x / sqrt 2)) / 2. `tanh`: its approximation by tanh. Default `none`. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

/** x times the normal distribution function of x (Hendrycks & Gimpel 2016, eq. 1 and section 2). */
export function gelu(x: Tensor, options?: GeluOptions): Tensor {
  const { approximate } = readOptions('gelu', options, { approximate: 'none' });
  checkTensors('gelu', { x });
  checkFloat('gelu', 'x', x);
  if (approximate !== 'none' && approximate !== 'tanh') {
    const problem = { operation: 'gelu', argument: 'approximate', got: `is ${String(approximate)}` };
    throw new OptionError({ ...problem, expected: 'none or tanh' });
  }
  return x.device.scope(() => {
    if (approximate === 'tanh') {
      const inner = multiply(Math.sqrt(2 / Math.PI), add(x, multiply(0.044715, multiply(x, square(x)))));
      return multiply(multiply(0.5, x), add(1, tanh(inner)));
    }
    return multiply(multiply(0.5, x), add(1, erf(multiply(x, Math.SQRT1_2))));
  });
}

const clampOp = defineOp({
  name: 'clamp',
  forward: (x: Tensor, low: number, high: number) => minimum(maximum(x, low), high),
  backward: (dy, _y, x, low, high) => [() => select(logicalAnd(greaterEqual(x, low), lessEqual(x, high)), dy, 0)],
});

/**
 * x limited to [low, high], either of which may be infinite; NaN stays NaN. The gradient is 1 inside, ends included, and 0 outside.
 * @throws OptionError when low is above high
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  checkTensors('clamp', { x });
  checkNumeric('clamp', 'x', x);
  checkValue('clamp', 'low', low, x.dtype);
  checkValue('clamp', 'high', high, x.dtype);
  if (!(low <= high)) {
    refuse(OptionError, 'clamp', 'range', `is ${low} to ${high}`, 'low not above high');
  }
  return clampOp(x, low, high);
}

const castOp = defineOp({
  name: 'cast',
  forward: (x: Tensor, dtype: Tensor['dtype']) =>
    x.device.execute('cast', [x], x.shape, dtype, (backend, [operand]) => backend.cast(operand!, dtype)),
  backward: (dy, _y, x, dtype) => [isFloat(x.dtype) && isFloat(dtype) ? () => cast(dy, x.dtype) : null],
});

/**
 * Converts the elements; returns `x` itself if it has the dtype. To bool anything but 0 is true; floats to int32 are cut towards zero
 * and saturate, NaN becomes 0. The gradient flows between float types alone.
 */
export function cast(x: Tensor, dtype: Tensor['dtype']): Tensor {
  checkTensors('cast', { x });
  return x.dtype === dtype ? x : castOp(x, dtype);
}
