import { readOptions, required, ShapeError } from '@sluice/core';
import { type CountedBatchSource, indexedSource } from './batch-source.ts';
import { checkWhole } from './check.ts';
import type { ExampleBatchesOptions } from './example-batches.ts';
import { orderOf, shuffledOrder } from './shuffle.ts';

export interface BucketedBatchesOptions<Example, Batch> extends ExampleBatchesOptions<Example, Batch> {
  /** Time steps of an example: a whole number of at least 0. */
  length(example: Example): number;
  /**
   * Batches in a bucket: so many batches' worth of shuffled examples are sorted by length together. Larger buckets pad less, smaller ones
   * mix more. Default 50. Without a seed all examples are one bucket.
   */
  readonly bucketBatches?: number | undefined;
}

interface BucketOrder {
  readonly batchSize: number;
  readonly seed: number | undefined;
  readonly bucketBatches: number;
}

export interface BucketedBatchSource<Batch> extends CountedBatchSource<Batch> {
  /** The share of all time steps of an epoch, from 0 to 1, that is padding when each batch is as long as its longest example. */
  paddingShare(epoch: number): number;
}

/**
 * Batches of examples of similar length, so that little is padding. Each example appears exactly once in an epoch. With a seed, the
 * examples are shuffled, sorted by length within buckets, cut into batches, and the batches shuffled, anew in every epoch; without one,
 * the shortest come first and equal lengths keep their order.
 * @example
 * const source = bucketedBatches(sentences, {
 *   batchSize: 32,
 *   seed: 1,
 *   length: (sentence) => sentence.ids.length,
 *   collate: (batch) => padSequences(batch.map((sentence) => sentence.ids)),
 * });
 * @throws OptionError when batchSize or bucketBatches is not a whole number of at least 1, and for an option that is none; ShapeError when a length is not a whole
 *   number of at least 0
 */
export function bucketedBatches<Example, Batch>(
  examples: readonly Example[],
  options: BucketedBatchesOptions<Example, Batch>,
): BucketedBatchSource<Batch> {
  const { length, collate, ...order } = readOptions('bucketedBatches', options, {
    ...bucketDefaults,
    length: required,
    collate: required,
  });
  const lengths = examples.map((example, i) => checkLength(i, length(example)));
  return bucketsOf('bucketedBatches', examples, lengths, order, collate);
}

export const bucketDefaults = { batchSize: required, seed: undefined, bucketBatches: 50 } as const;

/** Batches of examples of known lengths. */
export function bucketsOf<Example, Batch>(
  operation: string,
  examples: readonly Example[],
  lengths: readonly number[],
  { batchSize, seed, bucketBatches }: BucketOrder,
  collate: (examples: Example[], indices: Int32Array) => Batch,
): BucketedBatchSource<Batch> {
  checkWhole(operation, 'batchSize', batchSize, 1);
  checkWhole(operation, 'bucketBatches', bucketBatches, 1);
  const bucketSize = seed === undefined ? examples.length : bucketBatches * batchSize;

  const batchesOf = (epoch: number): Int32Array[] => {
    const order = orderOf(examples.length, seed, epoch);
    for (let start = 0; start < order.length; start += bucketSize) {
      const bucket = Array.from(order.subarray(start, start + bucketSize));
      order.set(
        bucket.sort((a, b) => lengths[a]! - lengths[b]!),
        start,
      );
    }
    const count = Math.ceil(order.length / batchSize);
    const batches = Array.from({ length: count }, (_, i) => order.slice(i * batchSize, (i + 1) * batchSize));
    return seed === undefined ? batches : Array.from(shuffledOrder(count, seed, epoch), (i) => batches[i]!);
  };

  const source = indexedSource(operation, Math.ceil(examples.length / batchSize), (epoch) => {
    const batches = batchesOf(epoch);
    return (batch) => {
      const indices = batches[batch]!;
      return collate(
        Array.from(indices, (index) => examples[index]!),
        indices,
      );
    };
  });
  return {
    ...source,
    paddingShare(epoch) {
      let steps = 0;
      let filled = 0;
      for (const indices of batchesOf(epoch)) {
        let longest = 0;
        for (const index of indices) {
          longest = Math.max(longest, lengths[index]!);
          filled += lengths[index]!;
        }
        steps += longest * indices.length;
      }
      return steps === 0 ? 0 : (steps - filled) / steps;
    },
  };
}

function checkLength(index: number, length: number): number {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ShapeError({
      operation: 'bucketedBatches',
      argument: `length of example ${index}`,
      got: `is ${length}`,
      expected: 'a whole number of at least 0',
    });
  }
  return length;
}
