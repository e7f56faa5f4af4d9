import { add, detach, divide, log, maximum, multiply, square, subtract } from '@sluice/autograd';
import { OptionError, type Tensor } from '@sluice/core';
import { checkSameShape, keptTargets, type LossOptions, reduce, weightingOf } from './support.ts';

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
 * @throws ShapeError when the shapes differ: nothing is broadcast; OptionError for an epsilon that is not above 0; ShapeError, DTypeError when the
 * weights do not fit
 * @example
 * const [mean, raw] = [slice(y, -1, { end: 1 }), slice(y, -1, { start: 1, end: 2 })];
 * const loss = gaussianNegativeLogLikelihood(mean, softplus(raw), device.ones(mean.shape));
 */
export function gaussianNegativeLogLikelihood(
  mean: Tensor,
  variance: Tensor,
  target: Tensor,
  options: GaussianOptions = {},
): Tensor {
  const { full = false, epsilon = 1e-6 } = options;
  checkSameShape(operation, mean, variance, 'variance', 'mean');
  checkSameShape(operation, mean, target, 'target', 'mean');
  if (!(epsilon > 0 && epsilon < Number.POSITIVE_INFINITY)) {
    const got = `is ${epsilon}`;
    throw new OptionError({ operation, argument: 'epsilon', got, expected: 'a finite number above 0' });
  }
  const weighting = weightingOf(operation, options.weights, mean.shape, mean.dtype);
  const constant = detach(variance);
  const spread = add(variance, subtract(maximum(constant, epsilon), constant));
  const distance = divide(square(subtract(mean, keptTargets(target, weighting))), spread);
  const losses = multiply(add(log(spread), distance), 0.5);
  const shifted = full ? add(losses, Math.log(2 * Math.PI) / 2) : losses;
  return reduce(operation, shifted, options.reduction, weighting);
}
