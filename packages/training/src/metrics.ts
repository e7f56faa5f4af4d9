import { argMax, cast, divide, equal, logicalAnd, notEqual, sum } from '@sluice/autograd';
import { formatShape, readOptions, ShapeError, sameShape, type Tensor } from '@sluice/core';
import { checkFloat, checkLike } from './checks.ts';

export interface AccuracyOptions {
  /** Positions with this target do not count. Default none. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * The share of positions where the largest logit is that of the target, a scalar of the logits' dtype; NaN when no position counts.
 * @param logits [..., classes]; the first of equal ones counts as the largest
 * @param targets [...], int32
 * @throws ShapeError, DTypeError, DeviceError when logits and targets do not fit; OptionError
 */
export function accuracy(logits: Tensor, targets: Tensor, options?: AccuracyOptions): Tensor {
  const { ignoreIndex } = readOptions('accuracy', options, { ignoreIndex: undefined });
  checkFloat('accuracy', 'logits', logits);
  checkLike('accuracy', 'targets', targets, logits, 'logits', 'int32');
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
    if (ignoreIndex === undefined) return divide(sum(cast(hits, logits.dtype)), targets.size);
    const counted = notEqual(targets, ignoreIndex);
    return divide(sum(cast(logicalAnd(hits, counted), logits.dtype)), sum(cast(counted, logits.dtype)));
  });
}
