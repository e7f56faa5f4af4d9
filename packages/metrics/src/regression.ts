import { OptionError, RootMeanSquare, RunningMean, readOptions, required, withPublicNames } from '@sluice/core';
import {
  checkCounted,
  checkFinite,
  checkLength,
  countOf,
  eachCounted,
  type MaskOptions,
  maskDefaults,
  type Values,
} from './values.ts';

/**
 * Errors of point forecasts, added up over any number of batches.
 * @example
 * const errors = new RegressionErrors();
 * errors.add([11, 19], [10, 20]).add([33], [30]);
 * console.log(errors.mae, errors.rmse);
 */
export class RegressionErrors {
  readonly #absolute = new RunningMean();
  readonly #squared = new RootMeanSquare();
  readonly #relative = new RunningMean();
  readonly #symmetric = new RunningMean();
  #zeros = 0;

  /**
   * @param predictions of any layout, as many as targets
   * @throws ShapeError for unequal lengths; OptionError for a number that counts and is not finite, or is so far from its target that their difference is not.
   * Nothing was added then.
   */
  add(predictions: Values, targets: Values, options?: MaskOptions): this {
    const operation = 'RegressionErrors';
    const { mask } = readOptions(operation, options, maskDefaults);
    const count = countOf(operation, 'targets', targets);
    checkLength(operation, 'predictions', predictions, count, 'as targets');
    eachCounted(operation, count, mask, (i) => {
      checkFinite(operation, 'predictions', predictions, i);
      checkFinite(operation, 'targets', targets, i);
      if (Number.isFinite(predictions[i]! - targets[i]!)) return;
      const problem = {
        operation,
        argument: `predictions[${i}]`,
        got: `is ${predictions[i]} for a target of ${targets[i]}`,
      };
      throw new OptionError({ ...problem, expected: 'a difference below 1.8e308' });
    });
    eachCounted(operation, count, mask, (i) => this.#addOne(predictions[i]!, targets[i]!));
    return this;
  }

  /** Positions that counted. */
  get count(): number {
    return this.#absolute.count;
  }

  /** Mean absolute error. @throws OptionError when nothing was added, as do the others */
  get mae(): number {
    return this.#mean('mae', this.#absolute);
  }

  /** Root of the mean squared error. */
  get rmse(): number {
    return this.#mean('rmse', this.#squared);
  }

  /** Mean absolute percentage error: 100 |prediction - target| / |target|. @throws OptionError when a target was 0 */
  get mape(): number {
    if (this.#zeros > 0) {
      const problem = { operation: 'mape', argument: 'targets', got: `are 0 at ${this.#zeros} positions` };
      throw new OptionError({ ...problem, expected: 'targets to take a percentage of' });
    }
    return 100 * this.#mean('mape', this.#relative);
  }

  /**
   * Symmetric mean absolute percentage error, from 0 to 200: 200 |prediction - target| / (|prediction| + |target|), as in the M4 competition
   * (Makridakis, Spiliotis and Assimakopoulos 2020); 0 where both are 0.
   */
  get smape(): number {
    return 200 * this.#mean('smape', this.#symmetric);
  }

  #addOne(prediction: number, target: number): void {
    const error = Math.abs(prediction - target);
    this.#absolute.add(error);
    this.#squared.add(error);
    if (target === 0) this.#zeros++;
    else this.#relative.add(error / Math.abs(target));
    const size = Math.abs(prediction) + Math.abs(target);
    const half = Math.abs(prediction) / 2 + Math.abs(target) / 2;
    this.#symmetric.add(error > 0 ? (Number.isFinite(size) ? error / size : error / 2 / half) : 0);
  }

  #mean(operation: string, { count, value }: RunningMean | RootMeanSquare): number {
    checkCounted(operation, count);
    return value;
  }
}

/** Mean absolute error. @throws what `RegressionErrors` does */
export function mae(predictions: Values, targets: Values, options?: MaskOptions): number {
  return errorsOf('mae', predictions, targets, options).mae;
}

/** Root of the mean squared error. @throws what `RegressionErrors` does */
export function rmse(predictions: Values, targets: Values, options?: MaskOptions): number {
  return errorsOf('rmse', predictions, targets, options).rmse;
}

/** Mean absolute percentage error, in percent. @throws what `RegressionErrors` does */
export function mape(predictions: Values, targets: Values, options?: MaskOptions): number {
  return errorsOf('mape', predictions, targets, options).mape;
}

/** Symmetric mean absolute percentage error, from 0 to 200. @throws what `RegressionErrors` does */
export function smape(predictions: Values, targets: Values, options?: MaskOptions): number {
  return errorsOf('smape', predictions, targets, options).smape;
}

/** Errors of one batch, told of as those of the function that was called. */
function errorsOf(
  operation: string,
  predictions: Values,
  targets: Values,
  options: MaskOptions | undefined,
): RegressionErrors {
  const given = readOptions(operation, options, maskDefaults);
  const names = { predictions: 'predictions', targets: 'targets', mask: 'mask' };
  return withPublicNames({ operation, names }, () => new RegressionErrors().add(predictions, targets, given));
}

export interface MaseOptions extends MaskOptions {
  /** The series before the forecasts, in order: what the model was trained on; at least one value more than the season. */
  readonly history: Values;
  /** Steps after which the series repeats itself, a whole number of at least 1. Default 1: the naive forecast is the last value. */
  readonly season?: number | undefined;
}

/**
 * Mean absolute scaled error (Hyndman and Koehler 2006): the mean absolute error, divided by that of the (seasonal) naive forecast
 * one step ahead over the history. Below 1 is better than naive forecasts were there.
 * @throws OptionError for a season outside its range, a history that is too short, repeats itself but for rounding or holds a number that is not finite;
 * what `mae` does
 */
export function mase(predictions: Values, targets: Values, options: MaseOptions): number {
  const { history, season, mask } = readOptions('mase', options, { history: required, season: 1, ...maskDefaults });
  return errorsOf('mase', predictions, targets, { mask }).mae / naiveError(history, season);
}

function naiveError(history: Values, season: number): number {
  const operation = 'mase';
  if (!Number.isSafeInteger(season) || season < 1) {
    const got = `is ${season}`;
    throw new OptionError({ operation, argument: 'season', got, expected: 'a whole number of at least 1' });
  }
  const count = countOf(operation, 'history', history) - season;
  if (count < 1) {
    const got = `has ${history.length} values`;
    throw new OptionError({ operation, argument: 'history', got, expected: `more than the season of ${season}` });
  }
  const changes = new RunningMean();
  let greatest = 0;
  for (let i = 0; i < history.length; i++) {
    const value = checkFinite(operation, 'history', history, i);
    greatest = Math.max(greatest, Math.abs(value));
    if (i >= season) changes.add(Math.abs(value - history[i - season]!));
  }
  const { value } = changes;
  if (value > 4 * Number.EPSILON * greatest && value < Number.POSITIVE_INFINITY) return value;
  const how = value === 0 ? 'exactly' : 'but for rounding';
  const repeats = `repeats itself ${how} after ${season} ${season === 1 ? 'step' : 'steps'}`;
  const got = value < Number.POSITIVE_INFINITY ? repeats : 'changes by more than 1.8e308';
  throw new OptionError({ operation, argument: 'history', got, expected: 'changes to compare errors with' });
}
