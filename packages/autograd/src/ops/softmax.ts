import { normalizeAxis, type Tensor } from '@sluice/core';
import { defineOp } from '../define-op.ts';
import { add, divide, exp, log, multiply, sqrt, square, subtract } from './elementwise.ts';
import { max, mean, sum } from './reduce.ts';
import { checkFloat } from './support.ts';

const keepAxes = { keepAxes: true } as const;

const softmaxOp = defineOp({
  name: 'softmax',
  forward: (x: Tensor, axis: number) => {
    checkFloat('softmax', 'x', x);
    const powers = exp(subtract(x, max(x, axis, keepAxes)));
    return divide(powers, sum(powers, axis, keepAxes));
  },
  backward: (dy, y, _x, axis) => [() => multiply(y, subtract(dy, sum(multiply(dy, y), axis, keepAxes)))],
});

/** e^x divided by its sum along an axis, shifted by the maximum so that nothing overflows. Default the last axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return softmaxOp(x, normalizeAxis('softmax', axis, x.rank));
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

/** ln of the softmax along an axis, computed without forming it. Default the last axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return logSoftmaxOp(x, normalizeAxis('logSoftmax', axis, x.rank));
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
  readonly weight?: Tensor;
  /** Summand after normalising, of the shape of the last axis. Default none. */
  readonly bias?: Tensor;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016, eq. 4):
 * (x - mean) / sqrt(variance + epsilon) weight + bias, with the variance of the whole population.
 */
export function layerNorm(x: Tensor, options: LayerNormOptions = {}): Tensor {
  return x.device.scope(() => {
    const normal = normalizeOp(x, options.epsilon ?? 1e-5);
    const scaled = options.weight ? multiply(normal, options.weight) : normal;
    return options.bias ? add(scaled, options.bias) : scaled;
  });
}
