import { type Complete, OptionError } from '@sluice/core';

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
  /** Losses in a row that may fail to improve before the rate is reduced, a whole number of at least 0. Default 10. */
  readonly patience?: number | undefined;
  /** Share of the best loss by which a loss must be below it to count as better, 0 to below 1. Default 0.0001. */
  readonly threshold?: number | undefined;
  /** Losses after a reduction during which none counts as bad, a whole number of at least 0. Default 0. */
  readonly cooldown?: number | undefined;
  /** The rate is never reduced below this, at least 0. Default 0. */
  readonly minimum?: number | undefined;
}

const operation = 'ReduceOnPlateau';

/** Reduces the rate when the loss stops falling, as `torch.optim.lr_scheduler.ReduceLROnPlateau` with `eps=0`. */
export class ReduceOnPlateau implements StatefulSchedule {
  readonly #options: Omit<Complete<ReduceOnPlateauOptions>, 'learningRate'>;
  #learningRate: number;
  /** `undefined` before the first loss. */
  #best: number | undefined;
  #bad = 0;
  #cooling = 0;

  /** @throws OptionError for an option outside its range */
  constructor(options: ReduceOnPlateauOptions) {
    const { learningRate, factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, minimum = 0 } = options;
    const finite = (value: number) => value >= 0 && value < Number.POSITIVE_INFINITY;
    const below1 = (value: number) => value >= 0 && value < 1;
    check('learningRate', learningRate, finite, 'a finite number of at least 0');
    check('factor', factor, below1, 'from 0 to below 1');
    check('patience', patience, isCount, 'a whole number of at least 0');
    check('threshold', threshold, below1, 'from 0 to below 1');
    check('cooldown', cooldown, isCount, 'a whole number of at least 0');
    check('minimum', minimum, finite, 'a finite number of at least 0');
    this.#options = { factor, patience, threshold, cooldown, minimum };
    this.#learningRate = learningRate;
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** NaN and infinities count as no improvement. */
  observe(loss: number): void {
    const { factor, patience, threshold, cooldown, minimum } = this.#options;
    const limit = this.#best === undefined ? Number.POSITIVE_INFINITY : this.#best * (1 - threshold);
    if (Number.isFinite(loss) && loss < limit) {
      this.#best = loss;
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

  get state(): Readonly<Record<string, number>> {
    const best: Record<string, number> = this.#best === undefined ? {} : { best: this.#best };
    return { learningRate: this.#learningRate, bad: this.#bad, cooling: this.#cooling, ...best };
  }

  set state(state: Readonly<Record<string, number>>) {
    const { learningRate, best, bad, cooling } = state;
    const fits = learningRate !== undefined && learningRate >= 0 && isCount(bad) && isCount(cooling);
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

function check(argument: string, value: number, valid: (value: number) => boolean, expected: string): void {
  if (!valid(value)) throw new OptionError({ operation, argument, got: `is ${value}`, expected });
}
