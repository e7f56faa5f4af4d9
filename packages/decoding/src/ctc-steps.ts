import { OptionError } from '@sluice/core';
import { logSoftmax } from './log-space.ts';
import { checkRange, type LengthsOption, rowsOf, type Scores } from './scores.ts';

export interface CTCOptions extends LengthsOption {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number | undefined;
}

/** What all decoders of CTC take. */
export const ctcDefaults = { blank: 0, lengths: undefined } as const;

/** For each row the log-probabilities [classes] of its steps, one after the other. */
export function ctcSteps(
  operation: string,
  logits: Scores,
  { blank = 0, lengths }: CTCOptions,
): Iterable<Float64Array>[] {
  const rows = rowsOf(operation, 'logits', logits, lengths);
  const classes = logits.shape[2]!;
  checkRange(operation, 'blank', blank, 0, classes - 1);
  return rows.map(function* ({ length, at }, row) {
    for (let t = 0; t < length; t++) {
      const step = logSoftmax(logits.data, at(t), classes);
      if (Number.isNaN(step[0])) {
        const expected = 'no NaN and no Infinity, and not -Infinity alone';
        throw new OptionError({ operation, argument: `logits[${t}][${row}]`, got: 'has no softmax', expected });
      }
      yield step;
    }
  });
}
