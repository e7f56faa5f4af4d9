import { abs, minimum, multiply, square, subtract } from '@sluice/autograd';
import { OptionError, readOptions, type Tensor } from '@sluice/core';
import { inLoss } from './loss-label.ts';
import { checkPair, type LossOptions, lossDefaults, reduce, replaced, weightingOf } from './support.ts';

/**
 * (prediction - target)^2, as `torch.nn.MSELoss`.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError, DTypeError, DeviceError when target or weights do not fit: nothing is broadcast; OptionError
 * @example
 * const loss = meanSquaredError(model.call(x), y);
 */
export function meanSquaredError(prediction: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const given = readOptions('meanSquaredError', options, lossDefaults);
  return ofDifference('meanSquaredError', prediction, target, given, square);
}

/**
 * |prediction - target|, as `torch.nn.L1Loss`; the gradient at 0 is 0.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError, DTypeError, DeviceError when target or weights do not fit: nothing is broadcast; OptionError
 */
export function meanAbsoluteError(prediction: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const given = readOptions('meanAbsoluteError', options, lossDefaults);
  return ofDifference('meanAbsoluteError', prediction, target, given, abs);
}

export interface HuberOptions extends LossOptions {
  /** Where the square turns into a line, above 0. Default 1. */
  readonly delta?: number | undefined;
}

/**
 * With d = |prediction - target|: d^2 / 2 up to delta, delta (d - delta / 2) beyond (Huber 1964), as `torch.nn.HuberLoss`.
 * @param prediction any shape, floats
 * @param target the same shape and dtype
 * @throws ShapeError, DTypeError, DeviceError when target or weights do not fit: nothing is broadcast; OptionError
 */
export function huber(prediction: Tensor, target: Tensor, options?: HuberOptions): Tensor {
  const { delta, ...given } = readOptions('huber', options, { ...lossDefaults, delta: 1 });
  if (!(Number.isFinite(delta) && delta > 0)) {
    const got = `is ${delta}`;
    throw new OptionError({ operation: 'huber', argument: 'delta', got, expected: 'a finite number above 0' });
  }
  return ofDifference('huber', prediction, target, given, (difference) => {
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
  checkPair(operation, ['prediction', prediction], ['target', target]);
  const weighting = weightingOf(operation, weights, prediction);
  return inLoss(operation, () => {
    const difference = subtract(replaced(prediction, weighting), replaced(target, weighting));
    return reduce(operation, loss(difference), reduction, weighting);
  });
}
