import { OptionError } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { interrupted, type Stopper } from './stopper.ts';

/** Reads the batches of one epoch, until it is interrupted. */
export class BatchReader<Batch> {
  readonly #iterator: AsyncIterator<Batch>;
  readonly #stopper: Stopper;
  #open = true;

  /** @param option of `fit` that the source is, for errors */
  constructor(option: string, source: BatchSource<Batch>, place: { epoch: number; start: number }, stopper: Stopper) {
    const batches: unknown = source.epoch(place.epoch, place.start);
    const iterate = (batches as AsyncIterable<Batch> | undefined)?.[Symbol.asyncIterator];
    if (typeof iterate !== 'function') {
      throw new OptionError(`fit: ${option}.epoch(${place.epoch}) gave no async iterable, expected one of batches`);
    }
    this.#iterator = iterate.call(batches);
    this.#stopper = stopper;
  }

  /** `undefined` after the last batch. */
  async next(): Promise<{ readonly batch: Batch } | undefined | typeof interrupted> {
    if (!this.#open) return undefined;
    const next = await this.#stopper.unlessInterrupted(Promise.resolve(this.#iterator.next()));
    if (next === interrupted) return interrupted;
    if (!next.done) return { batch: next.value };
    this.#open = false;
    return undefined;
  }

  /** Leaves the rest. Nobody waits for the source, and an error of it tells less than what made training leave. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
    } catch {
      // The same error, thrown at once.
    }
  }
}
