import type { TensorData } from '@sluice/core';
import type { EarlyStoppingOptions } from './options.ts';

/** The best validation loss so far: the last one that was an improvement. */
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
  /** `undefined` before the first validation. */
  readonly best: BestState | undefined;
}

/**
 * Keeps the best validation loss, and counts those that brought no improvement. A loss is an improvement when it is below the best one by more than
 * `minimumImprovement`; events, stored states, restored weights and early stopping all go by that.
 */
export class BestKeeper {
  readonly #options: EarlyStoppingOptions | undefined;
  /** Whether the weights of the best loss will be restored. */
  readonly keepsWeights: boolean;
  #state: ValidationState = { validatedStep: 0, unimproved: 0, best: undefined };
  /** Weights of the best loss; kept only when they will be restored. */
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
    const { best } = this.#state;
    return best === undefined || loss < best.loss - (this.#options?.minimumImprovement ?? 0);
  }

  observe(loss: number, step: number): void {
    const { best, unimproved } = this.#state;
    const improved = this.isBest(loss);
    this.#state = {
      validatedStep: step,
      unimproved: improved ? 0 : unimproved + 1,
      best: improved ? { loss, step } : best,
    };
  }

  get exhausted(): boolean {
    return this.#options !== undefined && this.#state.unimproved > this.#options.patience;
  }
}
