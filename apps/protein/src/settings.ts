import type { Settings } from './train.ts';

/** What `start` trains. */
export const fullSettings: Settings = {
  networks: 3,
  window: 7,
  embedding: 16,
  hidden: 96,
  layers: 2,
  inputDropout: 0.2,
  dropout: 0.5,
  epochs: 8,
  batch: 8,
  learningRate: 0.006,
  averaging: 0.998,
  seed: 1,
};

/** What `start --quick` trains: smaller, and in so few steps that there is nothing to hold it back from. */
export const quickSettings: Settings = {
  ...fullSettings,
  networks: 1,
  batch: 4,
  hidden: 32,
  inputDropout: 0,
  dropout: 0,
  epochs: 1,
  learningRate: 0.015,
  averaging: 0.96,
};
