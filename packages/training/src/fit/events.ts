/** Why training ended. */
export type StopReason = 'finished' | 'earlyStopping' | 'aborted';

interface Position {
  /** Updates made so far, those before a resume included. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
}

/** An update was made. */
export interface StepEvent extends Position {
  readonly type: 'step';
  /** Updates made after the last epoch; `undefined` where the source does not know its batches per epoch. */
  readonly steps: number | undefined;
  /** Epochs in all. */
  readonly epochs: number;
  /** Batches used of the current epoch. */
  readonly batch: number;
  /** Of the batches of this update, before it. */
  readonly loss: number;
  /** Exponential mean of the losses, in which each counts 0.98 times as much as the next. */
  readonly smoothedLoss: number;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** That the update was made with. */
  readonly learningRate: number;
  /** `undefined` without the option `items`. */
  readonly itemsPerSecond: number | undefined;
  /** Since `fit` was started or resumed. */
  readonly elapsedMilliseconds: number;
  /** Until the last epoch ends, at the pace so far; `undefined` where the source does not know its batches per epoch. */
  readonly remainingMilliseconds: number | undefined;
}

/** The model was evaluated. */
export interface ValidationEvent extends Position {
  readonly type: 'validation';
  readonly loss: number;
  /** Means of the `metrics` of the loss function, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether the loss is the lowest so far. */
  readonly best: boolean;
}

/** An epoch was completed. */
export interface EpochEvent extends Position {
  readonly type: 'epoch';
  /** Mean of the losses of its updates. */
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
  /** The lowest validation loss and the step it was measured at; `undefined` without one. */
  readonly best: { readonly loss: number; readonly step: number } | undefined;
}

export type FitEvent = StepEvent | ValidationEvent | EpochEvent | CheckpointEvent | StoppedEvent;
