import { type Complete, OptionError, readOptions, required } from '@sluice/core';

/** A schedule that learns from the losses and therefore has a state, which checkpoints save. */
export interface StatefulSchedule {
  /** The rate for the next update. */
  readonly learningRate: number;
  /** Takes note of a validation loss, or of an epoch's mean training loss where nothing is validated. */
  observe(loss: number): void;
  /** Everything that later rates depend on. Setting it throws OptionError, and changes nothing, when it does not fit. */
  state: Readonly<Record<string, number>>;
}

export interface ReduceOnPlateauOptions {
  /** The rate to begin with, at least 0. */
  readonly learningRate: number;
  /** What a reduction multiplies by, 0 to below 1. Default 0.1. */
  readonly factor?: number | undefined;
  /** What an improvement is: a value below the best so far (`min`) or above it (`max`, for scores; `fit` shows losses). Default `min`. */
  readonly mode?: 'min' | 'max' | undefined;
  /** Values in a row that may fail to improve before the rate is reduced, a whole number of at least 0. Default 10. */
  readonly patience?: number | undefined;
  /**
   * By how much a value must be better than the best so far to count: a share of the magnitude of the best, 0 to below 1, or a finite difference of at
   * least 0, as `thresholdMode` says. Default 0.0001.
   */
  readonly threshold?: number | undefined;
  /** Default `relative`. */
  readonly thresholdMode?: 'relative' | 'absolute' | undefined;
  /** Values after a reduction during which none counts as bad, a whole number of at least 0. Default 0. */
  readonly cooldown?: number | undefined;
  /** The rate is never reduced below this, at least 0. Default 0. */
  readonly minimum?: number | undefined;
}

const operation = 'ReduceOnPlateau';

/**
 * Reduces the rate when the loss stops falling, or a score stops rising, as `torch.optim.lr_scheduler.ReduceLROnPlateau` with `eps=0`. They differ below 0,
 * where PyTorch takes the relative threshold off the wrong side of the best: a loss that stays at -1 improves there for ever.
 */
export class ReduceOnPlateau implements StatefulSchedule {
  readonly #options: Omit<Complete<ReduceOnPlateauOptions>, 'learningRate'>;
  #learningRate: number;
  /** `undefined` before the first loss. */
  #best: number | undefined;
  #bad = 0;
  #cooling = 0;

  /** @throws OptionError for an option outside its range, or that is none */
  constructor(options: ReduceOnPlateauOptions) {
    const { learningRate, ...rest } = readOptions(operation, options, {
      learningRate: required,
      factor: 0.1,
      mode: 'min',
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'relative',
      cooldown: 0,
      minimum: 0,
    });
    const below1 = (value: number) => value >= 0 && value < 1;
    check('learningRate', learningRate, isRate, 'a finite number of at least 0');
    check('factor', rest.factor, below1, 'from 0 to below 1');
    check('mode', rest.mode, (mode) => mode === 'min' || mode === 'max', 'min or max');
    check('patience', rest.patience, isCount, 'a whole number of at least 0');
    check(
      'thresholdMode',
      rest.thresholdMode,
      (mode) => mode === 'relative' || mode === 'absolute',
      'relative or absolute',
    );
    if (rest.thresholdMode === 'relative') check('threshold', rest.threshold, below1, 'from 0 to below 1');
    else check('threshold', rest.threshold, isRate, 'a finite number of at least 0');
    check('cooldown', rest.cooldown, isCount, 'a whole number of at least 0');
    check('minimum', rest.minimum, isRate, 'a finite number of at least 0');
    this.#options = rest;
    this.#learningRate = learningRate;
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** NaN and infinities count as no improvement. */
  observe(value: number): void {
    const { factor, patience, cooldown, minimum } = this.#options;
    if (Number.isFinite(value) && this.#isBetter(value)) {
      this.#best = value;
      this.#bad = 0;
    } else this.#bad++;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#bad = 0;
    }
    if (this.#bad > patience) {
      this.#learningRate = Math.min(this.#learningRate, Math.max(this.#learningRate * factor, minimum));
      this.#cooling = cooldown;
      this.#bad = 0;
    }
  }

  #isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    if (this.#best === undefined) return true;
    const step = mode === 'min' ? -threshold : threshold;
    const limit = thresholdMode === 'absolute' ? this.#best + step : this.#best * (1 + step * Math.sign(this.#best));
    return mode === 'min' ? value < limit : value > limit;
  }

  get state(): Readonly<Record<string, number>> {
    const best: Record<string, number> = this.#best === undefined ? {} : { best: this.#best };
    return { learningRate: this.#learningRate, bad: this.#bad, cooling: this.#cooling, ...best };
  }

  set state(state: Readonly<Record<string, number>>) {
    const { learningRate, best, bad, cooling } = state ?? {};
    const fits = isRate(learningRate) && isCount(bad) && isCount(cooling);
    if (!fits || (best !== undefined && !Number.isFinite(best))) {
      throw new OptionError(`${operation}: the state does not fit: it is ${JSON.stringify(state)}`);
    }
    this.#learningRate = learningRate;
    this.#best = best;
    this.#bad = bad;
    this.#cooling = cooling;
  }
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRate(value: number | undefined): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

function check<T>(argument: string, value: T, valid: (value: T) => boolean, expected: string): void {
  if (!valid(value)) throw new OptionError({ operation, argument, got: `is ${String(value)}`, expected });
}
