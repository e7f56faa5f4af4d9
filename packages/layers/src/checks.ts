import {
  checkGiven,
  checkTensor,
  hasShape,
  type Like,
  OptionError,
  Parameter,
  refuse,
  ShapeError,
  type Tensor,
} from '@sluice/core';

/** @throws OptionError unless `value` is a whole number of at least 1. */
export function checkSize(operation: string, argument: string, value: number): void {
  checkGiven(Number.isSafeInteger(value) && value > 0, operation, argument, value, 'a whole number of at least 1');
}

/**
 * @param reason why there is nothing to initialise, e.g. `with bias: false`; `false` where there is
 * @throws OptionError for an initializer with nothing to initialise
 */
export function checkInitializer(
  operation: string,
  argument: string,
  initializer: unknown,
  reason: string | false,
): void {
  if (initializer === undefined || reason === false) return;
  refuse(OptionError, operation, argument, `is given ${reason}`, 'none: it has nothing to initialise');
}

/** @throws OptionError unless `value` is a number from 0 to 1. */
export function checkProbability(operation: string, argument: string, value: number): void {
  const fits = typeof value === 'number' && value >= 0 && value <= 1;
  checkGiven(fits, operation, argument, value, 'a number from 0 to 1');
}

/** @throws ShapeError unless `x` has the rank of `axes` and their last, a size, as its last axis. */
export function checkAxes(operation: string, argument: string, x: Tensor, axes: readonly (string | number)[]): void {
  const matches = x.rank === axes.length && axes.every((axis, i) => typeof axis === 'string' || axis === x.shape[i]);
  if (!matches) {
    refuse(ShapeError, operation, argument, hasShape(x), `[${axes.join(', ')}]`);
  }
}

/** @throws ShapeError unless the last axis of `x` has this size. */
export function checkLastAxis(operation: string, argument: string, x: Tensor, size: number): void {
  if (x.shape.at(-1) !== size) {
    refuse(ShapeError, operation, argument, hasShape(x), `[..., ${size}]`);
  }
}

/** @throws what `checkTensor` throws; OptionError for a tensor that is no parameter: no optimizer would reach it */
export function checkParameter(operation: string, argument: string, x: Parameter, like: Like) {
  checkTensor(operation, argument, x, like);
  if (x instanceof Parameter) return;
  refuse(OptionError, operation, argument, 'is a tensor', 'a Parameter: new Parameter(tensor)');
}
