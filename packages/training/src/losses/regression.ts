import { abs, minimum, multiply, square, subtract } from '@sluice/autograd';
import { OptionError, type Tensor } from '@sluice/core';
import { checkSameShape, keptTargets, type LossOptions, reduce, weightingOf } from './support.ts';

/**
 * (prediction - target)^2, as `torch.nn.MSELoss`.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError when the shapes differ: nothing is broadcast; ShapeError, DTypeError when the weights do not fit
 * @example
 * const loss = meanSquaredError(model.call(x), y);
 */
export function meanSquaredError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return ofDifference('meanSquaredError', prediction, target, options, square);
}

/**
 * |prediction - target|, as `torch.nn.L1Loss`; the gradient at 0 is 0.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError when the shapes differ: nothing is broadcast; ShapeError, DTypeError when the weights do not fit
 */
export function meanAbsoluteError(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return ofDifference('meanAbsoluteError', prediction, target, options, abs);
}

export interface HuberOptions extends LossOptions {
  /** Where the square turns into a line, above 0. Default 1. */
  readonly delta?: number | undefined;
}

/**
 * With d = |prediction - target|: d^2 / 2 up to delta, delta (d - delta / 2) beyond (Huber 1964), as `torch.nn.HuberLoss`.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError when the shapes differ: nothing is broadcast; OptionError for a delta that is not above 0; ShapeError, DTypeError when the
 * weights do not fit
 */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (!(delta > 0 && delta < Number.POSITIVE_INFINITY)) {
    const got = `is ${delta}`;
    throw new OptionError({ operation: 'huber', argument: 'delta', got, expected: 'a finite number above 0' });
  }
  return ofDifference('huber', prediction, target, options, (difference) => {
    // With m = min(d, delta) both branches are m (d - m / 2), and so is their gradient.
    const distance = abs(difference);
    const limited = minimum(distance, delta);
    return multiply(limited, subtract(distance, multiply(limited, 0.5)));
  });
}

function ofDifference(
  operation: string,
  prediction: Tensor,
  target: Tensor,
  { reduction, weights }: LossOptions,
  loss: (difference: Tensor) => Tensor,
): Tensor {
  checkSameShape(operation, prediction, target);
  const weighting = weightingOf(operation, weights, prediction.shape, prediction.dtype);
  return reduce(operation, loss(subtract(prediction, keptTargets(target, weighting))), reduction, weighting);
}
