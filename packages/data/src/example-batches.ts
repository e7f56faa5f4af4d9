import { readOptions, required } from '@sluice/core';
import { type CountedBatchSource, indexedSource } from './batch-source.ts';
import { checkWhole } from './check.ts';
import { orderOf } from './shuffle.ts';

export interface ExampleBatchesOptions<Example, Batch> {
  /** Examples in a batch; the last batch of an epoch holds what is left, at least 1. */
  readonly batchSize: number;
  /** Shuffles every epoch anew, in an order that depends on seed and epoch alone. Default: the given order. */
  readonly seed?: number | undefined;
  /**
   * Joins the examples of a batch, usually with `padSequences`.
   * @param indices where the examples stand in the list
   */
  collate(examples: Example[], indices: Int32Array): Batch;
}

/**
 * Batches of any examples, each of which appears exactly once in an epoch.
 * @example
 * const source = exampleBatches(sentences, {
 *   batchSize: 32,
 *   seed: 1,
 *   collate: (batch) => padSequences(batch.map((sentence) => sentence.ids)),
 * });
 * @throws OptionError when batchSize is not a whole number of at least 1, and for an option that is none
 */
export function exampleBatches<Example, Batch>(
  examples: readonly Example[],
  options: ExampleBatchesOptions<Example, Batch>,
): CountedBatchSource<Batch> {
  const { batchSize, seed, collate } = readOptions('exampleBatches', options, {
    batchSize: required,
    seed: undefined,
    collate: required,
  });
  checkWhole('exampleBatches', 'batchSize', batchSize, 1);
  return indexedSource('exampleBatches', Math.ceil(examples.length / batchSize), (epoch) => {
    const order = orderOf(examples.length, seed, epoch);
    return (batch) => {
      const indices = order.slice(batch * batchSize, (batch + 1) * batchSize);
      return collate(
        Array.from(indices, (index) => examples[index]!),
        indices,
      );
    };
  });
}
