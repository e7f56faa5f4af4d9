import { argMax, cast, divide, equal, logicalAnd, mean, notEqual, sum } from '@sluice/autograd';
import { formatShape, ShapeError, sameShape, type Tensor } from '@sluice/core';

export interface AccuracyOptions {
  /** Positions with this target do not count. Default none. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * The share of positions where the largest logit is that of the target, a scalar of the logits' dtype; NaN when no position counts.
 * @param logits [..., classes]; the first of equal ones counts as the largest
 * @param targets [...], int32
 * @throws ShapeError when the shapes do not fit
 */
export function accuracy(logits: Tensor, targets: Tensor, options: AccuracyOptions = {}): Tensor {
  const { ignoreIndex } = options;
  if (!sameShape(targets.shape, logits.shape.slice(0, -1))) {
    throw new ShapeError({
      operation: 'accuracy',
      argument: 'targets',
      got: `has shape ${formatShape(targets.shape)}`,
      expected: `${formatShape(logits.shape.slice(0, -1))}, the logits' shape without its last axis`,
    });
  }
  return logits.device.scope(() => {
    const hits = equal(argMax(logits, -1), targets);
    if (ignoreIndex === undefined) return mean(cast(hits, logits.dtype));
    const counted = notEqual(targets, ignoreIndex);
    return divide(sum(cast(logicalAnd(hits, counted), logits.dtype)), sum(cast(counted, logits.dtype)));
  });
}
