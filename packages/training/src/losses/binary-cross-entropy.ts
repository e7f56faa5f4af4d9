import { add, multiply, negate, type Scalar, softplus, subtract } from '@sluice/autograd';
import { broadcastShapes, formatShape, OptionError, readOptions, ShapeError, sameShape, Tensor } from '@sluice/core';
import { checkLike } from '../checks.ts';
import { inLoss } from './loss-label.ts';
import { checkPair, type LossOptions, lossDefaults, reduce, replaced, weightingOf } from './support.ts';

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Factor on the loss of positive targets: a finite number of at least 0, or a tensor that broadcasts to the logits. Default 1. */
  readonly positiveWeight?: Scalar | undefined;
}

const operation = 'binaryCrossEntropy';

/**
 * -(w t log sigmoid(x) + (1 - t) log(1 - sigmoid(x))) of logits x, targets t and the positive weight w, as
 * `torch.nn.BCEWithLogitsLoss`. Computed as w t softplus(-x) + (1 - t) softplus(x): nothing overflows or cancels.
 * @param logits any shape, floats
 * @param targets the same shape and dtype, 0 to 1
 * @throws ShapeError, DTypeError, DeviceError when targets or weights do not fit: nothing but the positive weight is broadcast; OptionError
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor, options?: BinaryCrossEntropyOptions): Tensor {
  const { positiveWeight, ...given } = readOptions(operation, options, { ...lossDefaults, positiveWeight: 1 });
  checkPair(operation, ['logits', logits], ['targets', targets]);
  checkPositiveWeight(positiveWeight, logits);
  const weighting = weightingOf(operation, given.weights, logits);
  return inLoss(operation, () => {
    const [x, t] = [replaced(logits, weighting), replaced(targets, weighting)];
    const factor = typeof positiveWeight === 'number' ? positiveWeight : replaced(positiveWeight, weighting);
    const positive = multiply(factor === 1 ? t : multiply(t, factor), softplus(negate(x)));
    const negative = multiply(subtract(1, t), softplus(x));
    return reduce(operation, add(positive, negative), given.reduction, weighting);
  });
}

function checkPositiveWeight(weight: Scalar, logits: Tensor): void {
  const argument = 'positiveWeight';
  if (!(weight instanceof Tensor)) {
    if (Number.isFinite(weight) && weight >= 0) return;
    const expected = 'a finite number of at least 0, or a tensor';
    throw new OptionError({ operation, argument, got: `is ${String(weight)}`, expected });
  }
  checkLike(operation, argument, weight, logits, 'logits');
  if (spreads(weight, logits)) return;
  const expected = `a shape that broadcasts to that of the logits, ${formatShape(logits.shape)}`;
  throw new ShapeError({ operation, argument, got: `has shape ${formatShape(weight.shape)}`, expected });
}

function spreads(weight: Tensor, logits: Tensor): boolean {
  try {
    return sameShape(broadcastShapes(operation, weight.shape, logits.shape), logits.shape);
  } catch {
    return false;
  }
}
