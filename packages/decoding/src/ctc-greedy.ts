import { readOptions } from '@sluice/core';
import { type CTCOptions, ctcDefaults, ctcSteps } from './ctc-steps.ts';
import { argMax, type Scores } from './scores.ts';

export interface CTCPath {
  /** The labels, repetitions merged and blanks left out. */
  readonly labels: readonly number[];
  /** ln of the probability of the one path that was followed. */
  readonly logProbability: number;
}

/**
 * Best path decoding (Graves et al. 2006, section 3.2): the likeliest class of each step, the first of several, then repetitions merged and blanks left
 * out. Not the likeliest labels, which many paths may spell: see `ctcBeamDecode`.
 * @param logits [time, batch, classes]; log-probabilities are their own logits
 * @returns one entry per row
 * @throws ShapeError, OptionError when logits or options do not fit, and for NaN or Infinity
 * @example
 * for (const { labels } of ctcGreedyDecode({ data: await y.data(), shape: y.shape }, { lengths })) console.log(labels);
 */
export function ctcGreedyDecode(logits: Scores, options?: CTCOptions): CTCPath[] {
  const operation = 'ctcGreedyDecode';
  const given = readOptions(operation, options, ctcDefaults);
  const { blank } = given;
  return ctcSteps(operation, logits, given).map((steps) => {
    const labels: number[] = [];
    let logProbability = 0;
    let last = blank;
    for (const step of steps) {
      const best = argMax(step);
      logProbability += step[best]!;
      if (best !== blank && best !== last) labels.push(best);
      last = best;
    }
    return { labels, logProbability };
  });
}
