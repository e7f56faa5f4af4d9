import { cast, divide, multiply, notEqual, reshape, select, sum } from '@sluice/autograd';
import { DTypeError, formatShape, OptionError, type Shape, ShapeError, sameShape, type Tensor } from '@sluice/core';
import { checkFloat, checkLike, checkTensor } from '../checks.ts';
import { inLoss } from './loss-label.ts';

/** What becomes of the loss of each element: their mean, their sum, or one loss each. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction | undefined;
  /**
   * How much each loss counts: floats of at least 0, or bool, a mask that is true where a loss counts. Of the shape of the losses or of its leading
   * axes: [time, batch] also fits losses [time, batch, n]. Losses are multiplied by their weights, and the mean is divided by the sum of the weights. Where
   * the weight is 0 the loss is 0 and has no gradient, whatever predictions and targets are there, NaN and infinities too. Default 1.
   */
  readonly weights?: Tensor | undefined;
}

/** What all losses take. */
export const lossDefaults = { reduction: 'mean', weights: undefined } as const;

/** Weights with axes of size 1 behind, so that they broadcast to the losses. */
export interface Weighting {
  /** bool: where the weight is not 0. */
  readonly kept: Tensor;
  /** Of the losses' dtype. */
  readonly factors: Tensor;
}

/**
 * @param prediction whose device and dtype the losses have
 * @param shape of the losses
 * @throws what `checkTensor` throws; ShapeError, DTypeError, DeviceError when the weights do not fit
 */
export function weightingOf(
  operation: string,
  weights: Tensor | undefined,
  prediction: Tensor,
  shape: Shape = prediction.shape,
): Weighting | undefined {
  if (weights === undefined) return undefined;
  const argument = 'weights';
  const { dtype } = prediction;
  checkTensor(operation, argument, weights);
  if (weights.dtype !== 'bool' && weights.dtype !== dtype) {
    throw new DTypeError({ operation, argument, got: `has dtype ${weights.dtype}`, expected: `bool or ${dtype}` });
  }
  checkLike(operation, argument, weights, prediction, 'losses', weights.dtype);
  if (!sameShape(weights.shape, shape.slice(0, weights.rank))) {
    const expected = `${formatShape(shape)}, as the losses, or its leading axes`;
    throw new ShapeError({ operation, argument, got: `has shape ${formatShape(weights.shape)}`, expected });
  }
  const spread = reshape(weights, [...weights.shape, ...shape.slice(weights.rank).map(() => 1)]);
  const isMask = weights.dtype === 'bool';
  return { kept: isMask ? spread : notEqual(spread, 0), factors: isMask ? cast(spread, dtype) : spread };
}

/**
 * `x` with a harmless number where the weight is 0, before anything is computed from it: no value and no gradient gets past, for 0 times NaN is NaN.
 * @param x broadcasts with the weights
 */
export function replaced(x: Tensor, weighting: Weighting | undefined, instead = 0): Tensor {
  return weighting ? select(weighting.kept, x, instead) : x;
}

/**
 * The mean is NaN when nothing counts: there is no such mean. Its gradients are 0 then.
 * @param counts what each loss adds to the divisor of the mean besides its weight, of the shape of the losses. Default 1.
 * @throws OptionError for an unknown reduction
 */
export function reduce(
  operation: string,
  losses: Tensor,
  reduction: Reduction = 'mean',
  weighting?: Weighting,
  counts?: Tensor,
): Tensor {
  const weighted = weighting ? multiply(select(weighting.kept, losses, 0), weighting.factors) : losses;
  switch (reduction) {
    case 'mean': {
      if (!weighting) {
        const [numerator, total] = [sum(weighted), counts ? sum(counts) : weighted.size];
        return inLoss(operation, () => divide(numerator, total), true);
      }
      const { factors } = weighting;
      const total = counts ? sum(multiply(counts, factors)) : multiply(sum(factors), losses.size / factors.size);
      const numerator = sum(weighted);
      return inLoss(operation, () => divide(numerator, total), true);
    }
    case 'sum':
      return sum(weighted);
    case 'none':
      return weighted;
    default: {
      const got = `is ${String(reduction satisfies never)}`;
      throw new OptionError({ operation, argument: 'reduction', got, expected: 'mean, sum or none' });
    }
  }
}

/** @throws what `checkFloat` and `checkLike` throw; ShapeError unless both have one shape: broadcasting would give a loss of pairs that nobody means. */
export function checkPair(
  operation: string,
  prediction: readonly [argument: string, tensor: Tensor],
  target: readonly [argument: string, tensor: Tensor],
): void {
  const [role, x] = prediction;
  const [argument, y] = target;
  checkFloat(operation, role, x);
  checkLike(operation, argument, y, x, role);
  if (sameShape(x.shape, y.shape)) return;
  const expected = `${formatShape(x.shape)}, as the ${role}`;
  throw new ShapeError({ operation, argument, got: `has shape ${formatShape(y.shape)}`, expected });
}
