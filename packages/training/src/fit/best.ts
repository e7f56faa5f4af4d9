import type { TensorData } from '@sluice/core';
import type { EarlyStoppingOptions } from './options.ts';

/** The lowest validation loss so far. */
export interface BestState {
  readonly loss: number;
  /** Updates made when it was measured. */
  readonly step: number;
}

export interface ValidationState {
  /** Updates made at the last validation; 0 before the first. */
  readonly validatedStep: number;
  /** Validations in a row that brought no improvement. */
  readonly unimproved: number;
  /** `undefined` before the first loss that is a number. */
  readonly best: BestState | undefined;
  /** The loss that improvements are counted from. */
  readonly reference: number | undefined;
}

/** Keeps the lowest validation loss, and counts those that brought no improvement. */
export class BestKeeper {
  readonly #options: EarlyStoppingOptions | undefined;
  /** Whether the weights of the lowest loss will be restored. */
  readonly keepsWeights: boolean;
  #state: ValidationState = { validatedStep: 0, unimproved: 0, best: undefined, reference: undefined };
  /** Weights of the lowest loss; kept only when they will be restored. */
  weights: ReadonlyMap<string, TensorData> | undefined;

  constructor(options: EarlyStoppingOptions | undefined, keepsWeights: boolean) {
    this.#options = options;
    this.keepsWeights = keepsWeights;
  }

  get state(): ValidationState {
    return this.#state;
  }

  set state(state: ValidationState) {
    this.#state = state;
  }

  isBest(loss: number): boolean {
    return Number.isFinite(loss) && loss < (this.#state.best?.loss ?? Number.POSITIVE_INFINITY);
  }

  observe(loss: number, step: number): void {
    const { reference = Number.POSITIVE_INFINITY, unimproved } = this.#state;
    const improved = Number.isFinite(loss) && loss < reference - (this.#options?.minimumImprovement ?? 0);
    this.#state = {
      validatedStep: step,
      unimproved: improved ? 0 : unimproved + 1,
      best: this.isBest(loss) ? { loss, step } : this.#state.best,
      reference: improved ? loss : this.#state.reference,
    };
  }

  get exhausted(): boolean {
    return this.#options !== undefined && this.#state.unimproved > this.#options.patience;
  }
}
