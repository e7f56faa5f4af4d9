import { type BatchSource, type ContiguousBatch, type ContiguousBatchSource, contiguousBatches } from '@sluice/data';
import { AppError } from './errors.ts';
import type { Settings } from './model-file.ts';
import type { Split, Text } from './text.ts';

export function trainingBatches(text: Text, settings: Pick<Settings, 'batch' | 'time'>): ContiguousBatchSource {
  const { train } = text.parts;
  if (train.length <= settings.batch) {
    const { name, characters } = text.identity;
    const least = `more than the ${settings.batch} of --batch`;
    throw new AppError(`${name}: has ${characters} characters, ${train.length} to train on, expected ${least}`);
  }
  return contiguousBatches(train, { batchSize: settings.batch, timeSteps: settings.time });
}

/** Wide batches are quick; in parts that are short, fewer streams leave each enough of a past to predict from. */
export function evaluationBatches(text: Text, split: Split): ContiguousBatchSource {
  const ids = text.parts[split];
  const batchSize = Math.min(64, Math.max(1, Math.floor(ids.length / 500)));
  return contiguousBatches(ids, { batchSize, timeSteps: 50 });
}

/** Where training stands: batches used of the epoch after `epoch` completed ones. */
interface Position {
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
}

/** A source that ends after so many steps of training, even in the middle of an epoch, and the epochs that these take. */
export function endAfter(
  steps: number,
  source: ContiguousBatchSource,
  from: Position,
): { data: BatchSource<ContiguousBatch>; epochs: number } {
  const { batchesPerEpoch } = source;
  const left = from.batch + steps - from.step;
  return {
    epochs: from.epoch + Math.ceil(left / batchesPerEpoch),
    data: {
      batchesPerEpoch,
      async *epoch(index, start = 0) {
        let count = left - (index - from.epoch) * batchesPerEpoch - start;
        if (count <= 0) return;
        for await (const batch of source.epoch(index, start)) {
          yield batch;
          if (--count === 0) return;
        }
      },
    },
  };
}
