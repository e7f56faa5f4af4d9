import type { Settings } from './train.ts';

/** What `start` trains. */
export const fullSettings: Settings = {
  window: 7,
  embedding: 16,
  hidden: 96,
  layers: 2,
  inputDropout: 0.1,
  dropout: 0.3,
  epochs: 10,
  batch: 8,
  learningRate: 0.003,
  labelSmoothing: 0,
  averaging: 0.995,
  seed: 1,
};

/** What `start --quick` trains. */
export const quickSettings: Settings = { ...fullSettings, hidden: 32, dropout: 0.1, epochs: 2 };
