import type { TaggerConfig } from './model.ts';

export interface Settings extends TaggerConfig {
  readonly epochs: number;
  /** Sentences of a batch. */
  readonly batch: number;
  /** The highest of the one-cycle schedule. */
  readonly learningRate: number;
  /** The most frequent words have a vector of their own. */
  readonly mostWords: number;
}

export const defaults: Settings = {
  word: 96,
  letter: 24,
  letterHidden: 32,
  hidden: 128,
  dropout: 0.25,
  crf: false,
  every: 1,
  epochs: 4,
  batch: 32,
  learningRate: 0.004,
  mostWords: 16_000,
};

/** What `--quick` is short for. */
export const quick: Settings = {
  ...defaults,
  word: 48,
  letter: 16,
  letterHidden: 16,
  hidden: 48,
  dropout: 0.1,
  every: 8,
  epochs: 3,
  batch: 16,
  learningRate: 0.01,
  mostWords: 4000,
};
