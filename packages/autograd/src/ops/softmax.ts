import {
  checkTensors,
  formatShape,
  hasShape,
  normalizeAxis,
  OptionError,
  readOptions,
  refuse,
  ShapeError,
  sameShape,
  type Tensor,
} from '@sluice/core';
import { defineOp } from '../define-op.ts';
import { add, divide, exp, log, multiply, sqrt, square, subtract } from './elementwise.ts';
import { checkNotEmpty, max, mean, sum } from './reduce.ts';
import { checkDType, checkFloat } from './support.ts';

const keepAxes = { keepAxes: true } as const;

/** The axis from 0 to rank - 1, along which there is something. */
function checkAxis(operation: string, x: Tensor, axis: number): number {
  checkTensors(operation, { x });
  const at = normalizeAxis(operation, axis, x.rank);
  checkNotEmpty(operation, x, [at]);
  return at;
}

const softmaxOp = defineOp({
  name: 'softmax',
  forward: (x: Tensor, axis: number) => {
    checkFloat('softmax', 'x', x);
    const powers = exp(subtract(x, max(x, axis, keepAxes)));
    return divide(powers, sum(powers, axis, keepAxes));
  },
  backward: (dy, y, _x, axis) => [() => multiply(y, subtract(dy, sum(multiply(dy, y), axis, keepAxes)))],
});

/**
 * e^x divided by its sum along an axis, shifted by the maximum so that nothing overflows. Default the last axis.
 * @throws DTypeError unless x is of floats; ShapeError when the axis lies outside or is empty
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return softmaxOp(x, checkAxis('softmax', x, axis));
}

const logSoftmaxOp = defineOp({
  name: 'logSoftmax',
  forward: (x: Tensor, axis: number) => {
    checkFloat('logSoftmax', 'x', x);
    const shifted = subtract(x, max(x, axis, keepAxes));
    return subtract(shifted, log(sum(exp(shifted), axis, keepAxes)));
  },
  backward: (dy, y, _x, axis) => [() => subtract(dy, multiply(exp(y), sum(dy, axis, keepAxes)))],
});

/**
 * ln of the softmax along an axis, computed without forming it. Default the last axis.
 * @throws as `softmax`
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return logSoftmaxOp(x, checkAxis('logSoftmax', x, axis));
}

const lastMean = (x: Tensor) => mean(x, -1, keepAxes);
const centre = (x: Tensor) => subtract(x, lastMean(x));
const deviationOf = (centred: Tensor, epsilon: number) => sqrt(add(lastMean(square(centred)), epsilon));
// Twice, because the mean of a large constant is rounded, and the rest would be blown up to 1.
const centreExactly = (x: Tensor) => centre(centre(x));

const normalizeOp = defineOp({
  name: 'layerNorm',
  forward: (x: Tensor, epsilon: number) => {
    checkFloat('layerNorm', 'x', x);
    const centred = centreExactly(x);
    return divide(centred, deviationOf(centred, epsilon));
  },
  // (dy - mean(dy) - y mean(dy y)) / deviation
  backward: (dy, y, x, epsilon) => [
    () => divide(subtract(centre(dy), multiply(y, lastMean(multiply(dy, y)))), deviationOf(centreExactly(x), epsilon)),
  ],
});

export interface LayerNormOptions {
  /** Factor after normalising, of the shape of the last axis. Default none. */
  readonly weight?: Tensor | undefined;
  /** Summand after normalising, of the shape of the last axis. Default none. */
  readonly bias?: Tensor | undefined;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number | undefined;
}

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016, eq. 4):
 * (x - mean) / sqrt(variance + epsilon) weight + bias, with the variance of the whole population.
 * @throws OptionError for a negative epsilon; ShapeError when weight or bias are not of the shape of the last axis
 */
export function layerNorm(x: Tensor, options?: LayerNormOptions): Tensor {
  const defaults = { weight: undefined, bias: undefined, epsilon: 1e-5 };
  const { weight, bias, epsilon } = readOptions('layerNorm', options, defaults);
  checkAxis('layerNorm', x, -1);
  checkFloat('layerNorm', 'x', x);
  if (!(typeof epsilon === 'number' && epsilon >= 0)) {
    refuse(OptionError, 'layerNorm', 'epsilon', `is ${epsilon}`, 'a number of at least 0');
  }
  checkLast('weight', x, weight);
  checkLast('bias', x, bias);
  return x.device.scope(() => {
    const normal = normalizeOp(x, epsilon);
    const scaled = weight ? multiply(normal, weight) : normal;
    return bias ? add(scaled, bias) : scaled;
  });
}

function checkLast(argument: string, x: Tensor, parameter: Tensor | undefined): void {
  if (!parameter) return;
  checkTensors('layerNorm', { x, [argument]: parameter });
  checkDType('layerNorm', argument, parameter, x.dtype);
  const last = x.shape.slice(-1);
  if (sameShape(parameter.shape, last)) return;
  refuse(ShapeError, 'layerNorm', argument, hasShape(parameter), `${formatShape(last)}, the last axis of x`);
}
