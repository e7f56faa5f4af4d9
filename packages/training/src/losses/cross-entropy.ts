import { add, cast, divide, logSoftmax, mean, multiply, negate, notEqual, pick, select, sum } from '@sluice/autograd';
import { DTypeError, formatShape, OptionError, ShapeError, sameShape, type Tensor } from '@sluice/core';
import { type ReductionOptions, refuseReduction } from './support.ts';

export interface CrossEntropyOptions extends ReductionOptions {
  /**
   * Positions with this target have loss 0, no gradient and no part in the mean: padding. A whole number, which may lie outside the
   * classes. Default none.
   */
  readonly ignoreIndex?: number;
  /** Share of each target's probability that is spread evenly over all classes (Szegedy et al. 2016), 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

const operation = 'crossEntropy';

/**
 * The cross-entropy between softmax(logits) and the targets, in nats: -(1 - s) log p[target] - s mean over classes of log p, with s the
 * label smoothing, as `torch.nn.CrossEntropyLoss` defines it. The mean is over the positions that are not ignored; if all are, it is NaN,
 * a mean of nothing.
 *
 * @param logits [..., classes], floats
 * @param targets [...], int32, each from 0 to classes - 1 or `ignoreIndex`
 * @returns a scalar, or [...] with `reduction: 'none'`
 * @throws ShapeError, DTypeError when the targets do not fit; IndexError when one is no class; OptionError
 * @example
 * const loss = crossEntropy(model.call(x), targets, { ignoreIndex: -1 });
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { ignoreIndex, labelSmoothing = 0, reduction = 'mean' } = options;
  check(logits, targets, options);
  const kept = ignoreIndex === undefined ? undefined : notEqual(targets, ignoreIndex);
  const logProbabilities = logSoftmax(logits);
  let losses = negate(pick(logProbabilities, kept ? select(kept, targets, 0) : targets));
  if (labelSmoothing > 0) {
    const even = multiply(mean(logProbabilities, -1), -labelSmoothing);
    losses = add(multiply(losses, 1 - labelSmoothing), even);
  }
  if (kept) losses = select(kept, losses, 0);
  switch (reduction) {
    case 'mean':
      return kept ? divide(sum(losses), sum(cast(kept, losses.dtype))) : mean(losses);
    case 'sum':
      return sum(losses);
    case 'none':
      return losses;
    default:
      return refuseReduction(operation, reduction);
  }
}

function check(logits: Tensor, targets: Tensor, { ignoreIndex, labelSmoothing = 0 }: CrossEntropyOptions): void {
  if (targets.dtype !== 'int32') {
    throw new DTypeError({ operation, argument: 'targets', got: `has dtype ${targets.dtype}`, expected: 'int32' });
  }
  if (logits.rank === 0 || !sameShape(targets.shape, logits.shape.slice(0, -1))) {
    throw new ShapeError({
      operation,
      argument: 'targets',
      got: `has shape ${formatShape(targets.shape)}`,
      expected: `${formatShape(logits.shape.slice(0, -1))}, the logits' shape without its last axis`,
    });
  }
  if (ignoreIndex !== undefined && ignoreIndex !== Math.trunc(ignoreIndex)) {
    const got = `is ${ignoreIndex}`;
    throw new OptionError({ operation, argument: 'ignoreIndex', got, expected: 'a whole number' });
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    const got = `is ${labelSmoothing}`;
    throw new OptionError({ operation, argument: 'labelSmoothing', got, expected: 'a number from 0 to 1' });
  }
}
