import { expandAxis, maximum, multiply, subtract } from '@sluice/autograd';
import { formatShape, OptionError, readOptions, ShapeError, sameShape, type Tensor } from '@sluice/core';
import { checkFloat, checkLike } from '../checks.ts';
import { inLoss } from './loss-label.ts';
import { type LossOptions, lossDefaults, reduce, replaced, weightingOf } from './support.ts';

const operation = 'quantileLoss';

/**
 * The pinball loss, max(q d, (q - 1) d) with d = target - prediction, whose expectation is least at the quantile q of the target (Koenker & Bassett
 * 1978, eq. 1.1). At d = 0 the gradient is the mean of those on both sides. Predictions of several quantiles may cross: sort them before use.
 * @param prediction [..., quantiles], floats
 * @param target [...], the same dtype
 * @param quantiles the probability q of each entry of the last axis, above 0 and below 1
 * @returns a scalar, the mean over positions and quantiles, or [..., quantiles] with `reduction: 'none'`
 * @throws ShapeError, DTypeError, DeviceError when target or weights do not fit: nothing is broadcast; OptionError, also for a q outside
 * @example
 * const prediction = device.tensor([[1, 2, 4]]);
 * const loss = quantileLoss(prediction, device.tensor([2.5]), [0.1, 0.5, 0.9]);
 */
export function quantileLoss(
  prediction: Tensor,
  target: Tensor,
  quantiles: readonly number[],
  options?: LossOptions,
): Tensor {
  const { weights, reduction } = readOptions(operation, options, lossDefaults);
  check(prediction, target, quantiles);
  const weighting = weightingOf(operation, weights, prediction);
  const levels = prediction.device.tensor(quantiles, { dtype: prediction.dtype });
  return inLoss(operation, () => {
    const difference = subtract(replaced(expandAxis(target, -1), weighting), replaced(prediction, weighting));
    const losses = maximum(multiply(difference, levels), multiply(difference, subtract(levels, 1)));
    return reduce(operation, losses, reduction, weighting);
  });
}

function check(prediction: Tensor, target: Tensor, quantiles: readonly number[]): void {
  if (!Array.isArray(quantiles)) {
    const got = `is of type ${typeof quantiles}`;
    throw new OptionError({
      operation,
      argument: 'quantiles',
      got,
      expected: 'an array of numbers above 0 and below 1',
    });
  }
  checkFloat(operation, 'prediction', prediction);
  checkLike(operation, 'target', target, prediction, 'prediction');
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
