import { OptionError, ShapeError } from './errors.ts';

/** How many time steps each row of a batch has. */
export type Lengths = readonly number[] | Int32Array;

/**
 * @throws ShapeError unless there is one length per row; OptionError unless each is a whole number from 0 to `time`.
 */
export function checkLengths(operation: string, lengths: Lengths, time: number, batch: number): void {
  if (lengths.length !== batch) {
    const got = `has ${lengths.length} entries`;
    throw new ShapeError({ operation, argument: 'lengths', got, expected: `${batch}, one per row of the batch` });
  }
  lengths.forEach((length, row) => {
    if (!Number.isInteger(length) || length < 0 || length > time) {
      const expected = `a whole number from 0 to ${time}`;
      throw new OptionError({ operation, argument: `lengths[${row}]`, got: `is ${length}`, expected });
    }
  });
}
