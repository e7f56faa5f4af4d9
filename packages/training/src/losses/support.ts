import { cast, divide, mean, multiply, notEqual, reshape, select, sum } from '@sluice/autograd';
import { DTypeError, formatShape, OptionError, type Shape, ShapeError, sameShape, type Tensor } from '@sluice/core';

/** What becomes of the loss of each element: their mean, their sum, or one loss each. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction | undefined;
  /**
   * How much each loss counts: floats of at least 0, or bool, a mask that is true where a loss counts. Of the shape of the losses or of its leading
   * axes: [time, batch] also fits losses [time, batch, n]. Losses are multiplied by their weights, and the mean is divided by the sum of the weights. Where
   * the weight is 0 the loss is 0 and has no gradient, whatever the target is, NaN too. Default 1.
   */
  readonly weights?: Tensor | undefined;
}

/** Weights with axes of size 1 behind, so that they broadcast to the losses. */
export interface Weighting {
  /** bool: where the weight is not 0. */
  readonly kept: Tensor;
  /** Of the losses' dtype. */
  readonly factors: Tensor;
}

/** @throws ShapeError, DTypeError when the weights do not fit losses of this shape and dtype. */
export function weightingOf(
  operation: string,
  weights: Tensor | undefined,
  shape: Shape,
  dtype: Tensor['dtype'],
): Weighting | undefined {
  if (weights === undefined) return undefined;
  const argument = 'weights';
  if (weights.dtype !== 'bool' && weights.dtype !== dtype) {
    throw new DTypeError({ operation, argument, got: `has dtype ${weights.dtype}`, expected: `bool or ${dtype}` });
  }
  if (!sameShape(weights.shape, shape.slice(0, weights.rank))) {
    const expected = `${formatShape(shape)}, as the losses, or its leading axes`;
    throw new ShapeError({ operation, argument, got: `has shape ${formatShape(weights.shape)}`, expected });
  }
  const spread = reshape(weights, [...weights.shape, ...shape.slice(weights.rank).map(() => 1)]);
  const isMask = weights.dtype === 'bool';
  return { kept: isMask ? spread : notEqual(spread, 0), factors: isMask ? cast(spread, dtype) : spread };
}

/** The targets with 0 where the weight is: a loss that does not count must not be NaN, for 0 times NaN is. */
export function keptTargets(targets: Tensor, weighting: Weighting | undefined): Tensor {
  return weighting ? select(weighting.kept, targets, 0) : targets;
}

/**
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
      if (!weighting) return counts ? divide(sum(weighted), sum(counts)) : mean(weighted);
      const { factors } = weighting;
      const total = counts ? sum(multiply(counts, factors)) : multiply(sum(factors), losses.size / factors.size);
      return divide(sum(weighted), total);
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

/** Broadcasting a target of another shape would give a loss of pairs that nobody means. */
export function checkSameShape(
  operation: string,
  prediction: Tensor,
  target: Tensor,
  argument = 'target',
  role = 'prediction',
): void {
  if (!sameShape(prediction.shape, target.shape)) {
    throw new ShapeError({
      operation,
      argument,
      got: `has shape ${formatShape(target.shape)}`,
      expected: `${formatShape(prediction.shape)}, as the ${role}`,
    });
  }
}
