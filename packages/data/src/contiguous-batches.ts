import { OptionError, readOptions, required, ShapeError, type TensorData } from '@sluice/core';
import { type CountedBatchSource, indexedSource } from './batch-source.ts';
import { checkWhole } from './check.ts';

export interface ContiguousBatchesOptions {
  /** Parallel streams, at least 1. */
  readonly batchSize: number;
  /** Time steps of a batch, at least 1; the last batch of an epoch may have fewer. */
  readonly timeSteps: number;
}

export interface ContiguousBatch {
  /** [time, batch] int32. */
  readonly inputs: TensorData;
  /** [time, batch] int32: what follows each input in the text. */
  readonly targets: TensorData;
}

export interface ContiguousBatchSource extends CountedBatchSource<ContiguousBatch> {
  /** Targets in all batches of an epoch together. */
  readonly targetsPerEpoch: number;
}

/**
 * Batches for truncated back-propagation through time. The ids are cut into `batchSize` streams of equal length that are read side by
 * side: row b of a batch goes on exactly where row b of the batch before ended, so a state may be carried from batch to batch within an
 * epoch. Every epoch is the same.
 *
 * With n ids, each stream makes floor((n - 1) / batchSize) predictions; the fewer than `batchSize` predictions left at the end of the text
 * are dropped. The last batch is shorter in time when `timeSteps` does not divide the stream.
 * @param ids of tokens, in the order of the text
 * @throws OptionError when an option is not a whole number of at least 1, or is none; ShapeError when there are too few ids for one prediction a stream
 */
export function contiguousBatches(ids: Int32Array, options: ContiguousBatchesOptions): ContiguousBatchSource {
  const operation = 'contiguousBatches';
  const { batchSize, timeSteps } = readOptions(operation, options, { batchSize: required, timeSteps: required });
  checkWhole(operation, 'batchSize', batchSize, 1);
  checkWhole(operation, 'timeSteps', timeSteps, 1);
  if (!(ids instanceof Int32Array)) {
    throw new OptionError({ operation, argument: 'ids', got: 'is not an Int32Array', expected: 'token ids' });
  }
  const streamLength = Math.floor((ids.length - 1) / batchSize);
  if (streamLength < 1) {
    throw new ShapeError({
      operation,
      argument: 'ids',
      got: `has ${ids.length} elements`,
      expected: `at least ${batchSize + 1}, for ${batchSize} streams of one prediction`,
    });
  }

  const read = (start: number, time: number): TensorData => {
    const data = new Int32Array(time * batchSize);
    for (let t = 0; t < time; t++) {
      for (let row = 0; row < batchSize; row++) data[t * batchSize + row] = ids[row * streamLength + start + t]!;
    }
    return { dtype: 'int32', shape: [time, batchSize], data };
  };
  const source = indexedSource(operation, Math.ceil(streamLength / timeSteps), () => (batch) => {
    const start = batch * timeSteps;
    const time = Math.min(timeSteps, streamLength - start);
    return { inputs: read(start, time), targets: read(start + 1, time) };
  });
  return { ...source, targetsPerEpoch: streamLength * batchSize };
}
