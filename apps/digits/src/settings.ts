import type { Cell, Config, Task } from './model.ts';

/** What a training depends on. */
export interface Settings {
  /** Units of a layer; of a BiLSTM half of them in each direction. */
  readonly hidden: number;
  readonly layers: number;
  readonly epochs: number;
  /** Pictures in an epoch. */
  readonly count: number;
  readonly batch: number;
  /** The highest of the one-cycle schedule. */
  readonly learningRate: number;
  readonly seed: number;
}

export const defaults: Readonly<Record<Task, Settings>> = {
  digit: { seed: 1, hidden: 96, layers: 1, epochs: 10, count: 8000, batch: 50, learningRate: 0.005 },
  string: { seed: 1, hidden: 128, layers: 2, epochs: 40, count: 5000, batch: 32, learningRate: 0.005 },
};

/** Within a minute: enough to see that it learns. */
export const quick: Readonly<Record<Task, Partial<Settings>>> = {
  digit: { hidden: 64, epochs: 3 },
  // Small batches, for it takes CTC some hundred updates to begin to read at all.
  string: { hidden: 64, layers: 1, epochs: 6, count: 3000, batch: 8, learningRate: 0.01 },
};

export function configOf(task: Task, cell: Cell, { hidden, layers }: Settings): Config {
  return { task, cell, hidden: cell === 'BiLSTM' ? Math.ceil(hidden / 2) : hidden, layers };
}
