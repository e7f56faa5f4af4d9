import { abs, minimum, multiply, square, subtract } from '@sluice/autograd';
import { OptionError, type Tensor } from '@sluice/core';
import { checkSameShape, type ReductionOptions, reduce } from './support.ts';

/**
 * (prediction - target)^2, as `torch.nn.MSELoss`.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError when the shapes differ: nothing is broadcast
 * @example
 * const loss = meanSquaredError(model.call(x), y);
 */
export function meanSquaredError(prediction: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  checkSameShape('meanSquaredError', prediction, target);
  return reduce('meanSquaredError', square(subtract(prediction, target)), options);
}

/**
 * |prediction - target|, as `torch.nn.L1Loss`; the gradient at 0 is 0.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError when the shapes differ: nothing is broadcast
 */
export function meanAbsoluteError(prediction: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  checkSameShape('meanAbsoluteError', prediction, target);
  return reduce('meanAbsoluteError', abs(subtract(prediction, target)), options);
}

export interface HuberOptions extends ReductionOptions {
  /** Where the square turns into a line, above 0. Default 1. */
  readonly delta?: number;
}

/**
 * With d = |prediction - target|: d^2 / 2 up to delta, delta (d - delta / 2) beyond (Huber 1964), as `torch.nn.HuberLoss`.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError when the shapes differ: nothing is broadcast; OptionError for a delta that is not above 0
 */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options;
  checkSameShape('huber', prediction, target);
  if (!(delta > 0 && delta < Number.POSITIVE_INFINITY)) {
    const got = `is ${delta}`;
    throw new OptionError({ operation: 'huber', argument: 'delta', got, expected: 'a finite number above 0' });
  }
  // With m = min(d, delta) both branches are m (d - m / 2), and so is their gradient.
  const distance = abs(subtract(prediction, target));
  const limited = minimum(distance, delta);
  return reduce('huber', multiply(limited, subtract(distance, multiply(limited, 0.5))), options);
}
