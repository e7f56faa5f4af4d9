import { OptionError, RunningMean, ShapeError } from '@sluice/core';

/** Numbers of any layout: an array, or the `data` of a batch. */
export type Values = ArrayLike<number>;

export interface MaskOptions {
  /** One number for each target: where it is 0, the position is padding and does not count. Default: all count. */
  readonly mask?: ArrayLike<number | boolean> | undefined;
}

/** @throws OptionError unless it is an array, ShapeError unless it has as many values as expected */
export function checkLength(
  operation: string,
  argument: string,
  values: ArrayLike<unknown>,
  length: number,
  as: string,
): void {
  const count: unknown = values?.length;
  if (count === length) return;
  if (typeof count !== 'number') {
    throw new OptionError({ operation, argument, got: 'is none', expected: `an array of ${length}, ${as}` });
  }
  const got = `has ${values.length} ${values.length === 1 ? 'element' : 'elements'}`;
  throw new ShapeError({ operation, argument, got, expected: `${length}, ${as}` });
}

/** @throws OptionError unless the value is a number that is neither NaN nor infinite */
export function checkFinite(operation: string, argument: string, values: Values, i: number): number {
  const value = values[i]!;
  if (Number.isFinite(value)) return value;
  throw new OptionError({
    operation,
    argument: `${argument}[${i}]`,
    got: `is ${String(value)}`,
    expected: 'a finite number',
  });
}

/** What all metrics of positions take. */
export const maskDefaults = { mask: undefined } as const;

/** Visits the positions that count. @throws ShapeError for a mask of another length */
export function eachCounted(
  operation: string,
  length: number,
  mask: MaskOptions['mask'],
  visit: (position: number) => void,
): void {
  if (mask) checkLength(operation, 'mask', mask, length, 'as targets');
  for (let i = 0; i < length; i++) if (!mask || mask[i]) visit(i);
}

/** How many there are, which all other arrays are measured by. @throws OptionError unless it is an array */
export function countOf(operation: string, argument: string, values: ArrayLike<unknown>): number {
  if (typeof values?.length === 'number' && typeof values === 'object') return values.length;
  throw new OptionError({ operation, argument, got: 'is none', expected: 'an array, such as await tensor.data()' });
}

/** The mean of a value of each position that counts. @throws ShapeError for a mask of another length; OptionError when none counts */
export function meanOfCounted(
  operation: string,
  length: number,
  mask: MaskOptions['mask'],
  valueAt: (position: number) => number,
): number {
  const mean = new RunningMean();
  eachCounted(operation, length, mask, (i) => {
    mean.add(valueAt(i));
  });
  checkCounted(operation, mean.count);
  return mean.value;
}

/** @throws OptionError when there is nothing to measure */
export function checkCounted(operation: string, count: number): void {
  if (count === 0) {
    throw new OptionError(`${operation}: there is nothing to measure, expected at least one position that counts`);
  }
}

/**
 * A mask of a padded, time-major batch.
 * @param lengths [batch]: steps of each sequence, whole numbers from 0 to `timeSteps`
 * @returns [timeSteps, batch], 1 inside a sequence and 0 after its end
 * @throws OptionError for a length outside that range
 */
export function maskFromLengths(lengths: Values, timeSteps: number): Uint8Array {
  const batch = lengths.length;
  const mask = new Uint8Array(timeSteps * batch);
  for (let column = 0; column < batch; column++) {
    const length = lengths[column]!;
    if (!Number.isInteger(length) || length < 0 || length > timeSteps) {
      const problem = { operation: 'maskFromLengths', argument: `lengths[${column}]`, got: `is ${length}` };
      throw new OptionError({ ...problem, expected: `a whole number from 0 to ${timeSteps}` });
    }
    for (let t = 0; t < length; t++) mask[t * batch + column] = 1;
  }
  return mask;
}
