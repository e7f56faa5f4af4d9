import { type AbortSignalLike, OptionError, type Tensor } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import type { Module } from '@sluice/layers';
import type { Json } from '../json.ts';
import { checkOption, type Optimizer } from '../optimizers/optimizer.ts';
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
  /** Its epoch 0 is evaluated each time, in evaluation mode and with no random number of training used up. */
  readonly data: BatchSource<Batch>;
  /** Default the `loss` of training. */
  readonly loss?: LossFunction<Batch, Carry> | undefined;
  /** Steps between two evaluations, a whole number of at least 1. Default: at the end of each epoch. */
  readonly everySteps?: number | undefined;
  /** Give the model the weights of the lowest validation loss when training stops, unless it was aborted. Default false. */
  readonly restoreBest?: boolean | undefined;
}

export interface EarlyStoppingOptions {
  /** Validations in a row that may bring no improvement, a whole number of at least 0; one more stops. */
  readonly patience: number;
  /** By how much a loss must be below the best one to count as an improvement, at least 0. Default 0. */
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
  /** Stores a state; training waits for it, and an error of it ends training. See `saveCheckpoint` of the `./node` entry. */
  readonly save: (state: TrainingState) => Promise<void> | void;
  /** Steps between two saves, a whole number of at least 1. Default: only when training stops. It is always saved then, but not after an error. */
  readonly everySteps?: number | undefined;
  /** Stores the state of each validation loss that is the lowest so far, elsewhere than `save` does. Needs `validate`. Default: none is stored. */
  readonly saveBest?: ((state: TrainingState) => Promise<void> | void) | undefined;
  /** Anything of the caller's that belongs to the model: vocabulary, model options. Default null. */
  readonly config?: Json | undefined;
}

export interface FitOptions<Batch, Carry = undefined> {
  /** Set to training mode while it trains. */
  readonly model: Module;
  /** Of the parameters that are to be trained; often `model.parameters()`. */
  readonly optimizer: Optimizer;
  /** What each epoch trains on. */
  readonly data: BatchSource<Batch>;
  /** Passes over the data in all, those before a resume included; a whole number of at least 1. */
  readonly epochs: number;
  readonly loss: LossFunction<Batch, Carry>;
  /** Default: the optimizer's learning rate stays as it is. */
  readonly schedule?: Schedule | StatefulSchedule | undefined;
  /**
   * Batches for each update, a whole number of at least 1: its loss is their mean, weighted by `items`, and so are its gradients. So are means over
   * a batch that is too large for the memory computed. The last update of an epoch takes what is left. Default 1.
   */
  readonly accumulate?: number | undefined;
  /**
   * Keeps an exponential mean of the weights beside them (after Polyak and Juditsky 1992), which often generalizes better than the last weights do.
   * It is what is validated, what `restoreBest` restores, and what the model has when training stops, unless it was aborted. Checkpoints hold both.
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
  /** How many items a batch holds: weights for means over batches, in validation and with `accumulate`, and for items a second. Default: batches count the same. */
  readonly items?: ((batch: Batch) => number) | undefined;
}

const operation = 'fit';

/** @throws OptionError naming the option */
export function checkFitOptions<Batch, Carry>(options: FitOptions<Batch, Carry>): void {
  const { validate, earlyStopping, checkpoint, averageWeights, clip } = options;
  checkWhole('epochs', options.epochs, 1);
  if (options.accumulate !== undefined) checkWhole('accumulate', options.accumulate, 1);
  if (averageWeights) checkOption(operation, 'averageWeights.decay', averageWeights.decay, 1);
  if (checkpoint?.saveBest && !validate) throw new OptionError('fit: checkpoint.saveBest needs validate');
  if (validate?.everySteps !== undefined) checkWhole('validate.everySteps', validate.everySteps, 1);
  if (checkpoint?.everySteps !== undefined) checkWhole('checkpoint.everySteps', checkpoint.everySteps, 1);
  if (earlyStopping) {
    if (!validate) throw new OptionError('fit: earlyStopping needs validate');
    checkWhole('earlyStopping.patience', earlyStopping.patience, 0);
    const { minimumImprovement = 0 } = earlyStopping;
    if (!(minimumImprovement >= 0)) {
      const problem = { operation, argument: 'earlyStopping.minimumImprovement', got: `is ${minimumImprovement}` };
      throw new OptionError({ ...problem, expected: 'a number of at least 0' });
    }
  }
  if (clip) {
    const [[name, limit] = ['', 0], ...others] = Object.entries(clip) as [string, number][];
    if (!['value', 'norm', 'globalNorm'].includes(name) || others.length > 0 || !(limit > 0)) {
      const problem = { operation, argument: 'clip', got: `is ${JSON.stringify(clip)}` };
      throw new OptionError({ ...problem, expected: 'one of value, norm and globalNorm, above 0' });
    }
  }
}

function checkWhole(argument: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    const expected = `a whole number of at least ${least}`;
    throw new OptionError({ operation, argument, got: `is ${value}`, expected });
  }
}
