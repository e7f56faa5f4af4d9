import { ConfusionMatrix, tokenErrorRate } from '@sluice/metrics';
import type { Figure } from '@sluice/report';
import { classes } from './classes.ts';
import type { Sample } from './mnist.ts';
import type { Task } from './model.ts';
import { percent } from './output.ts';
import type { Reading } from './read.ts';

/** Shares of what was read, from 0 to 1. */
export interface Score {
  /** Of digits and of whole strings that were read right. */
  readonly right: number;
  /** Edits of digits needed by the number of digits there are. */
  readonly errors: number;
  /** The same for greedy decoding. */
  readonly greedyErrors: number;
}

export function scoreOf(readings: readonly Reading[], samples: readonly Sample[]): Score {
  const truth = samples.map(({ labels }) => labels);
  const right = readings.filter(({ labels }, i) => isRight(labels, truth[i]!)).length;
  return {
    right: right / samples.length,
    errors: tokenErrorRate(
      readings.map(({ labels }) => labels),
      truth,
    ),
    greedyErrors: tokenErrorRate(
      readings.map(({ greedy }) => greedy),
      truth,
    ),
  };
}

export function isRight(read: readonly number[], written: readonly number[]): boolean {
  return read.join() === written.join();
}

/** The figures to tell of, beside those of simple methods. */
export function figuresOf(task: Task, score: Score, baselines: Readonly<Record<string, Score>>): Figure[] {
  const figure = (name: string, shareOf: (score: Score) => number): Figure => ({
    name,
    value: percent(shareOf(score), 2),
    baselines: Object.fromEntries(Object.entries(baselines).map(([other, of]) => [other, percent(shareOf(of), 2)])),
  });
  if (task === 'digit') return [figure('accuracy', ({ right }) => right)];
  return [
    figure('character error rate, beam search', ({ errors }) => errors),
    { name: 'character error rate, greedy', value: percent(score.greedyErrors, 2) },
    figure('whole strings right', ({ right }) => right),
  ];
}

/** Which digit was taken for which. */
export function confusionOf(readings: readonly Reading[], samples: readonly Sample[]): ConfusionMatrix {
  const matrix = new ConfusionMatrix(classes);
  matrix.add(
    readings.flatMap(({ labels }) => labels),
    samples.flatMap(({ labels }) => labels),
  );
  return matrix;
}
