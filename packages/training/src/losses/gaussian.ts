import { add, detach, divide, log, maximum, multiply, square, subtract } from '@sluice/autograd';
import { OptionError, readOptions, type Tensor } from '@sluice/core';
import { inLoss } from './loss-label.ts';
import { checkPair, type LossOptions, lossDefaults, reduce, replaced, weightingOf } from './support.ts';

export interface GaussianOptions extends LossOptions {
  /** Add the constant ln(2 pi) / 2, for a likelihood that compares with others. Default false. */
  readonly full?: boolean | undefined;
  /** The least variance that is reckoned with, above 0; gradients pass as if it were none. Default 1e-6. */
  readonly epsilon?: number | undefined;
}

const operation = 'gaussianNegativeLogLikelihood';

/**
 * (ln v + (target - mean)^2 / v) / 2, the negative logarithm of the normal density but for a constant (Nix & Weigend 1994, eq. 2), as
 * `torch.nn.GaussianNLLLoss`.
 * @param mean any shape, floats
 * @param variance v, the same shape and dtype, above 0: e.g. the softplus of an output
 * @param target the same shape and dtype
 * @throws ShapeError, DTypeError, DeviceError when variance, target or weights do not fit: nothing is broadcast; OptionError
 * @example
 * const [mean, raw] = [slice(y, -1, { end: 1 }), slice(y, -1, { start: 1, end: 2 })];
 * const loss = gaussianNegativeLogLikelihood(mean, softplus(raw), device.ones(mean.shape));
 */
export function gaussianNegativeLogLikelihood(
  mean: Tensor,
  variance: Tensor,
  target: Tensor,
  options?: GaussianOptions,
): Tensor {
  const { full, epsilon, ...given } = readOptions(operation, options, { ...lossDefaults, full: false, epsilon: 1e-6 });
  checkPair(operation, ['mean', mean], ['variance', variance]);
  checkPair(operation, ['mean', mean], ['target', target]);
  if (!(Number.isFinite(epsilon) && epsilon > 0)) {
    const got = `is ${epsilon}`;
    throw new OptionError({ operation, argument: 'epsilon', got, expected: 'a finite number above 0' });
  }
  const weighting = weightingOf(operation, given.weights, mean);
  return inLoss(operation, () => {
    const varying = replaced(variance, weighting, 1);
    const constant = detach(varying);
    const spread = add(varying, subtract(maximum(constant, epsilon), constant));
    const difference = subtract(replaced(mean, weighting), replaced(target, weighting));
    const distance = divide(square(difference), spread);
    const losses = multiply(add(log(spread), distance), 0.5);
    const shifted = full ? add(losses, Math.log(2 * Math.PI) / 2) : losses;
    return reduce(operation, shifted, given.reduction, weighting);
  });
}
