import { OptionError } from '@sluice/core';
import { checkWhole } from './check.ts';

/**
 * Batches to train on, epoch after epoch. What an epoch yields depends on its index alone, so that a position in the data is the
 * pair {epoch, batch} and a training run resumes anywhere.
 */
export interface BatchSource<Batch> {
  /** Batches in every epoch; `undefined` for streams, where only reading to the end tells. */
  readonly batchesPerEpoch: number | undefined;
  /**
   * The batches of epoch `index`, without the first `start` ones: `epoch(e, k)` yields exactly what `epoch(e)` yields after its first
   * k batches.
   * @param index from 0
   * @param start batches to leave out. Default 0
   */
  epoch(index: number, start?: number): AsyncIterable<Batch>;
}

/** A source whose epochs all have the same number of batches. */
export interface CountedBatchSource<Batch> extends BatchSource<Batch> {
  readonly batchesPerEpoch: number;
}

/**
 * A source whose batches are made on demand.
 * @param operation the name that errors start with
 * @param plan decides the order of an epoch and returns what makes its batch number `k`, counted from 0
 */
export function indexedSource<Batch>(
  operation: string,
  batchesPerEpoch: number,
  plan: (epoch: number) => (batch: number) => Batch,
): CountedBatchSource<Batch> {
  return {
    batchesPerEpoch,
    epoch(index, start = 0) {
      checkWhole(operation, 'epoch', index, 0);
      checkWhole(operation, 'start', start, 0);
      if (start > batchesPerEpoch) {
        const expected = `at most ${batchesPerEpoch}, the batches of an epoch`;
        throw new OptionError({ operation, argument: 'start', got: `is ${start}`, expected });
      }
      return make(plan(index), start, batchesPerEpoch);
    },
  };
}

async function* make<Batch>(batchAt: (batch: number) => Batch, start: number, end: number): AsyncGenerator<Batch> {
  for (let batch = start; batch < end; batch++) yield batchAt(batch);
}
