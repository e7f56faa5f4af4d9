import { checkLengths, formatShape, type Lengths, OptionError, type Shape, ShapeError, sizeOf } from '@sluice/core';

/** What a network gave, on the host: `{ data: await logits.data(), shape: logits.shape }`. */
export interface Scores {
  /** [time, batch, classes]; time and batch may be 0. */
  readonly shape: Shape;
  /** Row-major: one number for each class of each step of each row. */
  readonly data: ArrayLike<number>;
}

export interface LengthsOption {
  /** Time steps of each row, from 0 to time; what the scores hold beyond is not looked at. Default all. */
  readonly lengths?: Lengths | undefined;
}

/** The steps of one row: `at(t)` is where step t begins among the data. */
export interface Row {
  readonly length: number;
  readonly at: (t: number) => number;
}

/**
 * @param argument what the function calls the scores
 * @throws ShapeError, OptionError when scores or lengths do not fit.
 */
export function rowsOf(operation: string, argument: string, scores: Scores, lengths: Lengths | undefined): Row[] {
  const { shape, data } = checkHost(operation, argument, scores);
  if (shape.length !== 3 || !(shape[2]! >= 1)) {
    const got = `has shape ${formatShape(shape)}`;
    throw new ShapeError({ operation, argument, got, expected: '[time, batch, classes]' });
  }
  const [time, batch, classes] = shape as readonly [number, number, number];
  if (data.length !== sizeOf(shape)) {
    const got = `has ${data.length} elements`;
    const expected = `${sizeOf(shape)} for shape ${formatShape(shape)}`;
    throw new ShapeError({ operation, argument, got, expected });
  }
  if (lengths) checkLengths(operation, lengths, time, batch);
  return Array.from({ length: batch }, (_, row) => ({
    length: lengths ? lengths[row]! : time,
    at: (t) => (t * batch + row) * classes,
  }));
}

/** A tensor, whose elements are on its device, is the likeliest thing in the place of scores. */
function checkHost(operation: string, argument: string, scores: Scores): Scores {
  if (typeof scores?.data === 'object' && Array.isArray(scores.shape)) return scores;
  const expected = '{ data: await tensor.data(), shape: tensor.shape }';
  throw new OptionError({ operation, argument, got: 'has no shape and data on the host', expected });
}

/** Position of the largest element, the first of several; 0 where none is larger than -Infinity. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** @throws OptionError unless `value` is a whole number from `least` to `most`. */
export function checkRange(operation: string, argument: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const expected = `a whole number ${most < Number.POSITIVE_INFINITY ? `from ${least} to ${most}` : `of at least ${least}`}`;
  throw new OptionError({ operation, argument, got: `is ${value}`, expected });
}
