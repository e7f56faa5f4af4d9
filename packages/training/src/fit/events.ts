/** Why training ended: all epochs were trained, or one of the options of `fit` said so; `aborted` is by its `signal`. */
export type StopReason = 'finished' | 'earlyStopping' | 'maxSteps' | 'maxMinutes' | 'aborted';

interface Position {
  /** Updates made so far, those before a resume included. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
}

/** An update was made. */
export interface StepEvent extends Position {
  readonly type: 'step';
  /** Updates that will have been made in the end; `undefined` where neither the source knows its batches per epoch nor `maxSteps` is given. */
  readonly steps: number | undefined;
  /** Epochs in all. */
  readonly epochs: number;
  /** Batches used of the current epoch. */
  readonly batch: number;
  /** Of the batches of this update, before it. */
  readonly loss: number;
  /** Exponential mean of the losses, weighted by items, in which each counts 0.98 times as much as the next. */
  readonly smoothedLoss: number;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** That the update was made with. */
  readonly learningRate: number;
  /** `undefined` without the option `items`. */
  readonly itemsPerSecond: number | undefined;
  /** Since `fit` was started or resumed. */
  readonly elapsedMilliseconds: number;
  /** Until training ends, at the pace so far; `undefined` where `steps` is, unless `maxMinutes` is given. */
  readonly remainingMilliseconds: number | undefined;
}

/** No position counts in the batches of what would have been an update: `items` gave 0 for each. Nothing was updated but the carry. */
export interface SkippedEvent extends Position {
  readonly type: 'skipped';
  /** Batches used of the current epoch, these included. */
  readonly batch: number;
}

/** The model was evaluated. */
export interface ValidationEvent extends Position {
  readonly type: 'validation';
  readonly loss: number;
  /** Means of the `metrics` of the loss function, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether the loss is the best so far, and by `minimumImprovement` below the one before. */
  readonly best: boolean;
}

/** An epoch was completed. */
export interface EpochEvent extends Position {
  readonly type: 'epoch';
  /** Mean of the losses of its updates, weighted by items. */
  readonly loss: number;
}

/** The state was handed to `checkpoint.save`, or, as the best one so far, to `checkpoint.saveBest`. */
export interface CheckpointEvent extends Position {
  readonly type: 'checkpoint';
  readonly best: boolean;
}

/** Training ended; the last event. */
export interface StoppedEvent extends Position {
  readonly type: 'stopped';
  readonly reason: StopReason;
  /** The best validation loss and the step it was measured at; `undefined` without one. */
  readonly best: { readonly loss: number; readonly step: number } | undefined;
}

export type FitEvent = StepEvent | SkippedEvent | ValidationEvent | EpochEvent | CheckpointEvent | StoppedEvent;
