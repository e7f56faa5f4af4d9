import type { RandomState, TensorData } from '@sluice/core';
import type { ValidationState } from '../fit/best.ts';
import type { ProgressState } from '../fit/progress.ts';
import type { Json } from '../json.ts';
import type { OptimizerState } from '../optimizers/optimizer.ts';
import type { FlatTree } from './tree.ts';

/** Everything that the rest of a training run depends on, on the host. */
export interface TrainingState {
  /** Updates made so far. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** Batches used of the current epoch. */
  readonly batch: number;
  /** The caller's own, as given in `checkpoint.config`. */
  readonly config: Json;
  /** As `model.loadStateDict` takes it. */
  readonly model: ReadonlyMap<string, TensorData>;
  readonly optimizer: OptimizerState;
  /** Of a schedule that has one. */
  readonly schedule: Readonly<Record<string, number>> | undefined;
  /** Of `device.random`. */
  readonly random: RandomState;
  /** States kept between batches. */
  readonly carry: FlatTree;
  readonly progress: ProgressState;
  readonly validation: ValidationState;
  /** Weights of the lowest validation loss, where they are to be restored. */
  readonly best: ReadonlyMap<string, TensorData> | undefined;
  /** The mean of the weights, where one is kept. */
  readonly average: ReadonlyMap<string, TensorData> | undefined;
  /** What errors call the state: the path of the file it was read from. */
  readonly source?: string | undefined;
}
