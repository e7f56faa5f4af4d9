import { mean, sum } from '@sluice/autograd';
import { formatShape, OptionError, ShapeError, sameShape, type Tensor } from '@sluice/core';

/** What becomes of the loss of each element: their mean, their sum, or one loss each. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface ReductionOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

export function reduce(operation: string, losses: Tensor, { reduction = 'mean' }: ReductionOptions): Tensor {
  switch (reduction) {
    case 'mean':
      return mean(losses);
    case 'sum':
      return sum(losses);
    case 'none':
      return losses;
    default:
      return refuseReduction(operation, reduction);
  }
}

export function refuseReduction(operation: string, reduction: never): never {
  const got = `is ${String(reduction)}`;
  throw new OptionError({ operation, argument: 'reduction', got, expected: 'mean, sum or none' });
}

/** Broadcasting a target of another shape would give a loss of pairs that nobody means. */
export function checkSameShape(operation: string, prediction: Tensor, target: Tensor): void {
  if (!sameShape(prediction.shape, target.shape)) {
    throw new ShapeError({
      operation,
      argument: 'target',
      got: `has shape ${formatShape(target.shape)}`,
      expected: `${formatShape(prediction.shape)}, as the prediction`,
    });
  }
}
