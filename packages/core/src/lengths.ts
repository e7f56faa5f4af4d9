import { OptionError, refuse, ShapeError } from './errors.ts';

/** How many time steps each row of a batch has. */
export type Lengths = readonly number[] | Int32Array;

/**
 * @throws ShapeError unless there is one length per row; OptionError unless each is a whole number from 0 to `time`.
 */
export function checkLengths(operation: string, lengths: Lengths, time: number, batch: number): void {
  if (lengths.length !== batch) {
    refuse(ShapeError, operation, 'lengths', `has ${lengths.length} entries`, `${batch}, one per row of the batch`);
  }
  lengths.forEach((length, row) => {
    if (!Number.isInteger(length) || length < 0 || length > time) {
      refuse(OptionError, operation, `lengths[${row}]`, `is ${length}`, `a whole number from 0 to ${time}`);
    }
  });
}
