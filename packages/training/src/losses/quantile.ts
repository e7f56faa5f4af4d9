import { expandAxis, maximum, multiply, subtract } from '@sluice/autograd';
import { formatShape, OptionError, ShapeError, sameShape, type Tensor } from '@sluice/core';
import { keptTargets, type LossOptions, reduce, weightingOf } from './support.ts';

const operation = 'quantileLoss';

/**
 * The pinball loss, max(q d, (q - 1) d) with d = target - prediction, whose expectation is least at the quantile q of the target (Koenker & Bassett
 * 1978, eq. 1.1). At d = 0 the gradient is the mean of those on both sides. Predictions of several quantiles may cross: sort them before use.
 * @param prediction [..., quantiles], floats
 * @param target [...], the same dtype
 * @param quantiles the probability q of each entry of the last axis, above 0 and below 1
 * @returns a scalar, the mean over positions and quantiles, or [..., quantiles] with `reduction: 'none'`
 * @throws ShapeError when the shapes do not fit: nothing is broadcast; OptionError for a q outside; ShapeError, DTypeError when the weights do not fit
 * @example
 * const prediction = device.tensor([[1, 2, 4]]);
 * const loss = quantileLoss(prediction, device.tensor([2.5]), [0.1, 0.5, 0.9]);
 */
export function quantileLoss(
  prediction: Tensor,
  target: Tensor,
  quantiles: readonly number[],
  options: LossOptions = {},
): Tensor {
  check(prediction, target, quantiles);
  const { device, dtype, shape } = prediction;
  const weighting = weightingOf(operation, options.weights, shape, dtype);
  const levels = device.tensor(quantiles, { dtype });
  const difference = subtract(keptTargets(expandAxis(target, -1), weighting), prediction);
  const losses = maximum(multiply(difference, levels), multiply(difference, subtract(levels, 1)));
  return reduce(operation, losses, options.reduction, weighting);
}

function check(prediction: Tensor, target: Tensor, quantiles: readonly number[]): void {
  const shape = [...target.shape, quantiles.length];
  if (!sameShape(prediction.shape, shape)) {
    throw new ShapeError({
      operation,
      argument: 'prediction',
      got: `has shape ${formatShape(prediction.shape)}`,
      expected: `${formatShape(shape)}, the target's shape and one entry per quantile`,
    });
  }
  quantiles.forEach((q, i) => {
    if (q > 0 && q < 1) return;
    const expected = 'a number above 0 and below 1';
    throw new OptionError({ operation, argument: `quantiles[${i}]`, got: `is ${q}`, expected });
  });
}
