import {
  add,
  cast,
  expandAxis,
  gather,
  logSoftmax,
  mean,
  multiply,
  negate,
  notEqual,
  pick,
  select,
} from '@sluice/autograd';
import {
  formatShape,
  OptionError,
  readOptions,
  ShapeError,
  sameShape,
  type Tensor,
  withPublicNames,
} from '@sluice/core';
import { checkFloat, checkLike } from '../checks.ts';
import { inLoss } from './loss-label.ts';
import { type LossOptions, lossDefaults, reduce, replaced, type Weighting, weightingOf } from './support.ts';

export interface CrossEntropyOptions extends LossOptions {
  /**
   * Positions with this target have loss 0, no gradient and no part in the mean: padding. A whole number, which may lie outside the
   * classes. Default none.
   */
  readonly ignoreIndex?: number | undefined;
  /** Share of each target's probability that is spread evenly over all classes (Szegedy et al. 2016), 0 to 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /**
   * A factor for each class, finite and at least 0: on the loss of positions that have it as target, and on their part in the mean. Where it is 0 nothing
   * of the class counts, NaN included. Default 1.
   */
  readonly classWeights?: ArrayLike<number> | undefined;
}

const operation = 'crossEntropy';

/**
 * The cross-entropy between softmax(logits) and the targets, in nats: -(1 - s) w[target] log p[target] - s mean over classes of w log p, with s the
 * label smoothing and w the class weights, as `torch.nn.CrossEntropyLoss` defines it. The mean is divided by the sum of w[target] over the positions
 * that count; if none does, it is NaN, a mean of nothing, and has no gradient.
 *
 * @param logits [..., classes], floats
 * @param targets [...], int32, each from 0 to classes - 1 or `ignoreIndex`; anything where the weight is 0
 * @returns a scalar, or [...] with `reduction: 'none'`
 * @throws ShapeError, DTypeError, DeviceError when the targets or weights do not fit; IndexError when a target is no class, at the next `data()` where
 * the backend works in the background; OptionError
 * @example
 * const loss = crossEntropy(model.call(x), targets, { ignoreIndex: -1 });
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options?: CrossEntropyOptions): Tensor {
  const given = readOptions(operation, options, {
    ...lossDefaults,
    ignoreIndex: undefined,
    labelSmoothing: 0,
    classWeights: undefined,
  });
  const { ignoreIndex, labelSmoothing, classWeights } = given;
  const classes = check(logits, targets);
  checkOptions(given, classes);
  const { device, dtype } = logits;
  let weighting = weightingOf(operation, given.weights, logits, targets.shape);
  if (ignoreIndex !== undefined) weighting = without(notEqual(targets, ignoreIndex), weighting, dtype);
  const labels = replaced(targets, weighting);
  const named = { operation, names: { indices: 'targets' }, expected: expectedOf(classes, ignoreIndex) };
  const factors = classWeights && device.tensor(Float64Array.from(classWeights), { dtype });
  const own = factors && withPublicNames(named, () => gather(factors, labels));
  const someZero = classWeights !== undefined && Array.prototype.includes.call(classWeights, 0);
  if (own && someZero && labelSmoothing === 0) weighting = without(notEqual(own, 0), weighting, dtype);
  return inLoss(operation, () => {
    let logProbabilities = logSoftmax(weighting ? select(expandAxis(weighting.kept, -1), logits, 0) : logits);
    if (factors && someZero) logProbabilities = select(notEqual(factors, 0), logProbabilities, 0);
    let losses = withPublicNames(named, () => negate(pick(logProbabilities, labels)));
    if (own) losses = multiply(losses, own);
    if (labelSmoothing > 0) {
      const even = mean(factors ? multiply(logProbabilities, factors) : logProbabilities, -1);
      losses = add(multiply(losses, 1 - labelSmoothing), multiply(even, -labelSmoothing));
    }
    return reduce(operation, losses, given.reduction, weighting, own);
  });
}

function expectedOf(classes: number, ignoreIndex: number | undefined): string {
  return `0 to ${classes - 1}, or ${ignoreIndex === undefined ? 'an ignoreIndex' : `${ignoreIndex}, the ignoreIndex`}`;
}

/** The weighting with 0 where `kept` is false. */
function without(kept: Tensor, weighting: Weighting | undefined, dtype: Tensor['dtype']): Weighting {
  if (!weighting) return { kept, factors: cast(kept, dtype) };
  return { kept: select(weighting.kept, kept, 0), factors: select(kept, weighting.factors, 0) };
}

/** @returns the number of classes */
function check(logits: Tensor, targets: Tensor): number {
  checkFloat(operation, 'logits', logits);
  const classes = logits.shape.at(-1);
  if (!classes) {
    const got = `has shape ${formatShape(logits.shape)}`;
    throw new ShapeError({ operation, argument: 'logits', got, expected: '[..., classes], at least one' });
  }
  checkLike(operation, 'targets', targets, logits, 'logits', 'int32');
  if (sameShape(targets.shape, logits.shape.slice(0, -1))) return classes;
  throw new ShapeError({
    operation,
    argument: 'targets',
    got: `has shape ${formatShape(targets.shape)}`,
    expected: `${formatShape(logits.shape.slice(0, -1))}, the logits' shape without its last axis`,
  });
}

function checkOptions(options: CrossEntropyOptions, classes: number): void {
  const { ignoreIndex, labelSmoothing = 0, classWeights } = options;
  if (ignoreIndex !== undefined && ignoreIndex !== (ignoreIndex | 0)) {
    const got = `is ${ignoreIndex}`;
    throw new OptionError({ operation, argument: 'ignoreIndex', got, expected: 'a whole number of 32 bits' });
  }
  if (!(Number.isFinite(labelSmoothing) && labelSmoothing >= 0 && labelSmoothing <= 1)) {
    const got = `is ${labelSmoothing}`;
    throw new OptionError({ operation, argument: 'labelSmoothing', got, expected: 'a number from 0 to 1' });
  }
  if (classWeights) checkClassWeights(classWeights, classes);
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
