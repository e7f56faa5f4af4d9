import { add, multiply, negate, type Scalar, softplus, subtract } from '@sluice/autograd';
import { OptionError, type Tensor } from '@sluice/core';
import { checkSameShape, keptTargets, type LossOptions, reduce, weightingOf } from './support.ts';

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Factor on the loss of positive targets: a number of at least 0, or a tensor that broadcasts to the logits. Default 1. */
  readonly positiveWeight?: Scalar | undefined;
}

/**
 * -(w t log sigmoid(x) + (1 - t) log(1 - sigmoid(x))) of logits x, targets t and the positive weight w, as
 * `torch.nn.BCEWithLogitsLoss`. Computed as w t softplus(-x) + (1 - t) softplus(x): nothing overflows or cancels.
 * @param logits any shape, floats
 * @param targets the same shape and dtype, 0 to 1
 * @throws ShapeError when the shapes differ: nothing is broadcast; OptionError for a negative weight;
 * ShapeError, DTypeError when the weights do not fit
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  const operation = 'binaryCrossEntropy';
  const { positiveWeight = 1 } = options;
  checkSameShape(operation, logits, targets);
  if (typeof positiveWeight === 'number' && !(positiveWeight >= 0)) {
    const got = `is ${positiveWeight}`;
    throw new OptionError({ operation, argument: 'positiveWeight', got, expected: 'a number of at least 0' });
  }
  const weighting = weightingOf(operation, options.weights, logits.shape, logits.dtype);
  const kept = keptTargets(targets, weighting);
  const weighted = positiveWeight === 1 ? kept : multiply(kept, positiveWeight);
  const positive = multiply(weighted, softplus(negate(logits)));
  const negative = multiply(subtract(1, kept), softplus(logits));
  return reduce(operation, add(positive, negative), options.reduction, weighting);
}
