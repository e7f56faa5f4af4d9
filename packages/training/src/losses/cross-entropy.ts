import { add, cast, gather, logSoftmax, mean, multiply, negate, notEqual, pick, select } from '@sluice/autograd';
import {
  DTypeError,
  formatShape,
  OptionError,
  ShapeError,
  sameShape,
  type Tensor,
  withPublicNames,
} from '@sluice/core';
import { keptTargets, type LossOptions, reduce, type Weighting, weightingOf } from './support.ts';

export interface CrossEntropyOptions extends LossOptions {
  /**
   * Positions with this target have loss 0, no gradient and no part in the mean: padding. A whole number, which may lie outside the
   * classes. Default none.
   */
  readonly ignoreIndex?: number | undefined;
  /** Share of each target's probability that is spread evenly over all classes (Szegedy et al. 2016), 0 to 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** A factor for each class, finite and at least 0: on the loss of positions that have it as target, and on their part in the mean. Default 1. */
  readonly classWeights?: ArrayLike<number> | undefined;
}

const operation = 'crossEntropy';

/**
 * The cross-entropy between softmax(logits) and the targets, in nats: -(1 - s) w[target] log p[target] - s mean over classes of w log p, with s the
 * label smoothing and w the class weights, as `torch.nn.CrossEntropyLoss` defines it. The mean is divided by the sum of w[target] over the positions
 * that count; if none does, it is NaN, a mean of nothing.
 *
 * @param logits [..., classes], floats
 * @param targets [...], int32, each from 0 to classes - 1 or `ignoreIndex`; anything where the weight is 0
 * @returns a scalar, or [...] with `reduction: 'none'`
 * @throws ShapeError, DTypeError when the targets or weights do not fit; IndexError when a target is no class; OptionError
 * @example
 * const loss = crossEntropy(model.call(x), targets, { ignoreIndex: -1 });
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { ignoreIndex, labelSmoothing = 0, classWeights, reduction } = options;
  check(logits, targets, options);
  const given = weightingOf(operation, options.weights, targets.shape, logits.dtype);
  const weighting = ignoreIndex === undefined ? given : without(notEqual(targets, ignoreIndex), given, logits.dtype);
  const labels = keptTargets(targets, weighting);
  const logProbabilities = logSoftmax(logits);
  const factors = classWeights && logits.device.tensor(Float64Array.from(classWeights), { dtype: logits.dtype });
  const expected = `0 to ${(logits.shape.at(-1) as number) - 1}, or ${ignoreIndex === undefined ? 'an ignoreIndex' : `ignoreIndex (${ignoreIndex})`}`;
  const named = { operation, names: { indices: 'targets' }, expected };
  let losses = withPublicNames(named, () => negate(pick(logProbabilities, labels)));
  const own = factors && gather(factors, labels);
  if (own) losses = multiply(losses, own);
  if (labelSmoothing > 0) {
    const even = mean(factors ? multiply(logProbabilities, factors) : logProbabilities, -1);
    losses = add(multiply(losses, 1 - labelSmoothing), multiply(even, -labelSmoothing));
  }
  return reduce(operation, losses, reduction, weighting, own);
}

/** The weighting with 0 where `kept` is false. */
function without(kept: Tensor, weighting: Weighting | undefined, dtype: Tensor['dtype']): Weighting {
  if (!weighting) return { kept, factors: cast(kept, dtype) };
  return { kept: select(weighting.kept, kept, 0), factors: select(kept, weighting.factors, 0) };
}

function check(logits: Tensor, targets: Tensor, options: CrossEntropyOptions): void {
  const { ignoreIndex, labelSmoothing = 0, classWeights } = options;
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
  if (classWeights) checkClassWeights(classWeights, logits.shape.at(-1) as number);
}

function checkClassWeights(classWeights: ArrayLike<number>, classes: number): void {
  const argument = 'classWeights';
  if (classWeights.length !== classes) {
    const got = `has ${classWeights.length} entries`;
    throw new ShapeError({ operation, argument, got, expected: `${classes}, one per class` });
  }
  for (let k = 0; k < classes; k++) {
    const weight = classWeights[k] as number;
    if (weight >= 0 && weight < Number.POSITIVE_INFINITY) continue;
    const expected = 'a finite number of at least 0';
    throw new OptionError({ operation, argument: `${argument}[${k}]`, got: `is ${weight}`, expected });
  }
}
