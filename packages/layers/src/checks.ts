import {
  checkTensor,
  formatShape,
  kindOf,
  type Like,
  OptionError,
  Parameter,
  ShapeError,
  type Tensor,
} from '@sluice/core';

/** @throws OptionError unless `value` is a whole number of at least 1. */
export function checkSize(operation: string, argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    const got = `is ${typeof value === 'number' ? value : kindOf(value)}`;
    throw new OptionError({ operation, argument, got, expected: 'a whole number of at least 1' });
  }
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
  const got = `is given ${reason}`;
  throw new OptionError({ operation, argument, got, expected: 'none: it has nothing to initialise' });
}

/** @throws OptionError unless `value` is a number from 0 to 1. */
export function checkProbability(operation: string, argument: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value <= 1)) {
    throw new OptionError({
      operation,
      argument,
      got: `is ${typeof value === 'number' ? value : kindOf(value)}`,
      expected: 'a number from 0 to 1',
    });
  }
}

/** @throws ShapeError unless `x` has the rank of `axes` and their last, a size, as its last axis. */
export function checkAxes(operation: string, argument: string, x: Tensor, axes: readonly (string | number)[]): void {
  const matches = x.rank === axes.length && axes.every((axis, i) => typeof axis === 'string' || axis === x.shape[i]);
  if (!matches) {
    const got = `has shape ${formatShape(x.shape)}`;
    throw new ShapeError({ operation, argument, got, expected: `[${axes.join(', ')}]` });
  }
}

/** @throws ShapeError unless the last axis of `x` has this size. */
export function checkLastAxis(operation: string, argument: string, x: Tensor, size: number): void {
  if (x.shape.at(-1) !== size) {
    throw new ShapeError({ operation, argument, got: `has shape ${formatShape(x.shape)}`, expected: `[..., ${size}]` });
  }
}

/** @throws what `checkTensor` throws; OptionError for a tensor that is no parameter: no optimizer would reach it */
export function checkParameter(operation: string, argument: string, x: Parameter, like: Like) {
  checkTensor(operation, argument, x, like);
  if (x instanceof Parameter) return;
  throw new OptionError({ operation, argument, got: 'is a tensor', expected: 'a Parameter: new Parameter(tensor)' });
}
