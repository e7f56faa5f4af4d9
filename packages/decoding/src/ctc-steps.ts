import { OptionError } from '@sluice/core';
import { logSoftmax } from './log-space.ts';
import { checkRange, type LengthsOption, rowsOf, type Scores } from './scores.ts';

export interface CTCOptions extends LengthsOption {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number | undefined;
}

/** For each row the log-probabilities [classes] of its steps, one after the other. */
export function ctcSteps(operation: string, logits: Scores, options: CTCOptions): Iterable<Float64Array>[] {
  const rows = rowsOf(operation, logits, options);
  const classes = logits.shape[2]!;
  checkRange(operation, 'blank', options.blank ?? 0, 0, classes - 1);
  return rows.map(function* ({ length, at }, row) {
    for (let t = 0; t < length; t++) {
      const step = logSoftmax(logits.data, at(t), classes);
      if (Number.isNaN(step[0])) {
        const expected = 'no NaN and no Infinity, and not -Infinity alone';
        throw new OptionError({ operation, argument: `scores[${t}, ${row}]`, got: 'has no softmax', expected });
      }
      yield step;
    }
  });
}
