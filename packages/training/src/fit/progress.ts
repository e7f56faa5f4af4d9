/** What a resumed run needs to report the same means as one that never stopped. */
export interface ProgressState {
  /** Weighted sum of the losses, and of the weights. */
  readonly smoothedSum: number;
  readonly smoothedWeight: number;
  /** Over the current epoch: of losses times items, of items, and of updates. */
  readonly epochLossSum: number;
  readonly epochItems: number;
  readonly epochSteps: number;
}

/** How much of the mean of losses each step keeps. */
const lossDecay = 0.98;
/** How much of the mean pace each step keeps. */
const paceDecay = 0.9;

/** Means of losses and of the pace. */
export class Progress {
  readonly #start = performance.now();
  #state: ProgressState = { smoothedSum: 0, smoothedWeight: 0, epochLossSum: 0, epochItems: 0, epochSteps: 0 };
  #items = 0;
  #itemMilliseconds = 0;
  #steps = 0;

  get state(): ProgressState {
    return this.#state;
  }

  set state(state: ProgressState) {
    this.#state = state;
  }

  /** @param items how much the update counts, above 0 */
  addStep(loss: number, items: number, milliseconds: number): void {
    const { smoothedSum, smoothedWeight, epochLossSum, epochItems, epochSteps } = this.#state;
    this.#state = {
      smoothedSum: smoothedSum * lossDecay + loss * items,
      smoothedWeight: smoothedWeight * lossDecay + items,
      epochLossSum: epochLossSum + loss * items,
      epochItems: epochItems + items,
      epochSteps: epochSteps + 1,
    };
    this.#steps++;
    this.#items = this.#items * paceDecay + items;
    this.#itemMilliseconds = this.#itemMilliseconds * paceDecay + milliseconds;
  }

  /** The mean loss of the epoch that ends. */
  endEpoch(): number {
    const { epochLossSum, epochItems } = this.#state;
    this.#state = { ...this.#state, epochLossSum: 0, epochItems: 0, epochSteps: 0 };
    return epochLossSum / epochItems;
  }

  get epochSteps(): number {
    return this.#state.epochSteps;
  }

  get smoothedLoss(): number {
    return this.#state.smoothedSum / this.#state.smoothedWeight;
  }

  get itemsPerSecond(): number | undefined {
    return this.#itemMilliseconds > 0 ? (1000 * this.#items) / this.#itemMilliseconds : undefined;
  }

  get elapsedMilliseconds(): number {
    return performance.now() - this.#start;
  }

  /** The time that more steps take at the pace so far. */
  millisecondsFor(steps: number): number {
    return (this.elapsedMilliseconds / this.#steps) * steps;
  }
}
