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
  digit: { seed: 1, hidden: 96, layers: 1, epochs: 20, count: 8000, batch: 50, learningRate: 0.005 },
  string: { seed: 1, hidden: 96, layers: 1, epochs: 20, count: 4000, batch: 32, learningRate: 0.005 },
};

/** Within a minute: enough to see that it learns. */
export const quick: Readonly<Record<Task, Partial<Settings>>> = {
  digit: { hidden: 48, epochs: 2, count: 4000 },
  string: { hidden: 48, epochs: 4, count: 2000 },
};

export function configOf(task: Task, cell: Cell, { hidden, layers }: Settings): Config {
  return { task, cell, hidden: cell === 'BiLSTM' ? Math.ceil(hidden / 2) : hidden, layers };
}
