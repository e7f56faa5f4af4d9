import type { AbortSignalLike, Tensor } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import type { Module } from '@sluice/layers';
import type { Json } from '../json.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { StatefulSchedule } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedules.ts';
import type { TrainingState } from '../state/training-state.ts';

/** What a loss function may return instead of the loss alone. */
export interface LossResult<Carry> {
  /** A scalar. */
  readonly loss: Tensor;
  /** Handed to the loss function with the next batch. Default nothing. */
  readonly carry?: Carry | undefined;
  /** Scalars by name, whose means over the batches stand in validation events, e.g. an `accuracy`. Not looked at in training. */
  readonly metrics?: Readonly<Record<string, Tensor>> | undefined;
}

/**
 * The loss of a batch, a scalar, and what to carry on to the next batch. Runs inside `valueAndGrad`, and again when a loss that is not
 * finite is traced.
 */
export type LossFunction<Batch, Carry> = (batch: Batch, carry: Carry | undefined) => Tensor | LossResult<Carry>;

/** Limits gradients before the update: one of `clipByValue`, `clipByNorm` and `clipByGlobalNorm`, with its limit above 0. */
export type ClipOption = { readonly value: number } | { readonly norm: number } | { readonly globalNorm: number };

export interface ValidateOptions<Batch, Carry> {
  /** Its epoch 0 is evaluated each time, in evaluation mode and with no random number of training used up. A loss that is not finite ends training. */
  readonly data: BatchSource<Batch>;
  /** Default the `loss` of training. */
  readonly loss?: LossFunction<Batch, Carry> | undefined;
  /** Steps between two evaluations, a whole number of at least 1. Default: at the end of each epoch. */
  readonly everySteps?: number | undefined;
  /** Give the model the weights of the best validation loss however training ends, unless it failed. Default false. */
  readonly restoreBest?: boolean | undefined;
}

export interface EarlyStoppingOptions {
  /** Validations in a row that may bring no improvement, a whole number of at least 0; one more stops. */
  readonly patience: number;
  /**
   * A loss is an improvement, and the best so far, when it is below the best one before by more than this; finite, at least 0. So for `patience`, `best` in
   * events, `restoreBest` and `saveBest` alike. Default 0.
   */
  readonly minimumImprovement?: number | undefined;
}

export interface AverageWeightsOptions {
  /**
   * How much of the mean each update keeps, from 0 to below 1, e.g. 0.999. After the first updates it keeps less, so that the initial weights are soon
   * forgotten: (1 + t) / (10 + t) after t updates, until that is above `decay`, as TensorFlow's `ExponentialMovingAverage` with `num_updates`.
   */
  readonly decay: number;
}

export interface CheckpointOptions {
  /** Stores a state, all of it finite; training waits for it, and an error of it ends training. See `saveCheckpoint` of the `./node` entry. */
  readonly save: (state: TrainingState) => Promise<void> | void;
  /**
   * Steps between two saves, a whole number of at least 1. Default: only when training stops. The last weights are always saved then,
   * the best ones notwithstanding, but not after an error or when the loop is left.
   */
  readonly everySteps?: number | undefined;
  /** Stores the state of each validation loss that is the best so far, elsewhere than `save` does. Needs `validate`. Default: none is stored. */
  readonly saveBest?: ((state: TrainingState) => Promise<void> | void) | undefined;
  /** Anything of the caller's that belongs to the model: vocabulary, model options. JSON, of at most 16 Mi characters and 100 levels. Default null. */
  readonly config?: Json | undefined;
}

export interface FitOptions<Batch, Carry = undefined> {
  /** Set to training mode while it trains. */
  readonly model: Module;
  /** Of the parameters that are to be trained, all of them the model's; often `model.parameters()`. */
  readonly optimizer: Optimizer;
  /** What each epoch trains on. */
  readonly data: BatchSource<Batch>;
  /** Passes over the data in all, those before a resume included; a whole number of at least 1. */
  readonly epochs: number;
  /** Updates in all, those before a resume included, after which training ends even within an epoch; a whole number of at least 1. Default: no limit. */
  readonly maxSteps?: number | undefined;
  /** Minutes, counted from when this run was started or resumed, after which training ends even within an epoch; above 0. Default: no limit. */
  readonly maxMinutes?: number | undefined;
  /** Must depend on a parameter of the optimizer. */
  readonly loss: LossFunction<Batch, Carry>;
  /** Default: the optimizer's learning rate stays as it is. */
  readonly schedule?: Schedule | StatefulSchedule | undefined;
  /**
   * Batches for each update, a whole number of at least 1: its loss is their mean, weighted by `items`, and so are its gradients. Between batches others have their turn. So are means over
   * a batch that is too large for the memory computed. The last update of an epoch takes what is left. Default 1.
   */
  readonly accumulate?: number | undefined;
  /**
   * Keeps an exponential mean of the weights beside them (after Polyak and Juditsky 1992), which often generalizes better than the last weights do.
   * It is what is validated, what `restoreBest` restores, and what the model has however training ends, unless it failed. Checkpoints hold both.
   * Default: none is kept.
   */
  readonly averageWeights?: AverageWeightsOptions | undefined;
  /** Default: gradients are used as they are. */
  readonly clip?: ClipOption | undefined;
  /** Default: no validation. */
  readonly validate?: ValidateOptions<Batch, Carry> | undefined;
  /** Needs `validate`. Default: all epochs are trained. */
  readonly earlyStopping?: EarlyStoppingOptions | undefined;
  /** Default: nothing is saved. */
  readonly checkpoint?: CheckpointOptions | undefined;
  /** A saved state to continue from, bit by bit as if training had never stopped. Default: a start from the beginning. */
  readonly resume?: TrainingState | undefined;
  /** Ends training after the step at hand, or while it waits for data. Not an error: the last event says so. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * How many items a batch holds, finite and at least 0: weights for all means over batches (of an update with `accumulate`, an epoch, a validation), and
   * for items a second. A batch of 0 items adds nothing but its carry; one alone makes no update, and a `skipped` event says so.
   *
   * Default: its size. The size of a list of examples, which are alike, is its length. Any other batch, a tuple of unlike parts too, holds arrays, of so many elements for each example: the array with the fewest
   * elements tells, whichever axis the examples are on. Say it yourself where examples count differently, as padded ones do.
   */
  readonly items?: ((batch: Batch) => number) | undefined;
}
