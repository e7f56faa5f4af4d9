/** What a resumed run needs to report the same means as one that never stopped. */
export interface ProgressState {
  /** Weighted sum of the losses, and of the weights. */
  readonly smoothedSum: number;
  readonly smoothedWeight: number;
  /** Over the current epoch. */
  readonly epochLossSum: number;
  readonly epochSteps: number;
}

/** How much of the mean of losses each step keeps. */
const lossDecay = 0.98;
/** How much of the mean pace each step keeps. */
const paceDecay = 0.9;

/** Means of losses and of the pace. */
export class Progress {
  readonly #start = performance.now();
  #smoothedSum = 0;
  #smoothedWeight = 0;
  #epochLossSum = 0;
  #epochSteps = 0;
  #items = 0;
  #itemMilliseconds = 0;
  #steps = 0;

  get state(): ProgressState {
    return {
      smoothedSum: this.#smoothedSum,
      smoothedWeight: this.#smoothedWeight,
      epochLossSum: this.#epochLossSum,
      epochSteps: this.#epochSteps,
    };
  }

  set state(state: ProgressState) {
    this.#smoothedSum = state.smoothedSum;
    this.#smoothedWeight = state.smoothedWeight;
    this.#epochLossSum = state.epochLossSum;
    this.#epochSteps = state.epochSteps;
  }

  addStep(loss: number, items: number | undefined, milliseconds: number): void {
    this.#smoothedSum = this.#smoothedSum * lossDecay + loss;
    this.#smoothedWeight = this.#smoothedWeight * lossDecay + 1;
    this.#epochLossSum += loss;
    this.#epochSteps++;
    this.#steps++;
    if (items === undefined) return;
    this.#items = this.#items * paceDecay + items;
    this.#itemMilliseconds = this.#itemMilliseconds * paceDecay + milliseconds;
  }

  /** The mean loss of the epoch that ends. */
  endEpoch(): number {
    const loss = this.#epochLossSum / this.#epochSteps;
    this.#epochLossSum = 0;
    this.#epochSteps = 0;
    return loss;
  }

  get epochSteps(): number {
    return this.#epochSteps;
  }

  get smoothedLoss(): number {
    return this.#smoothedSum / this.#smoothedWeight;
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
