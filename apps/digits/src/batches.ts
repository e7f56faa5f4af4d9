import { Random } from '@sluice/core';
import { type BatchSource, exampleBatches, shuffledOrder } from '@sluice/data';
import { distort } from './augment.ts';
import type { Sample } from './mnist.ts';
import type { Task } from './model.ts';
import { type Batch, makeBatch } from './steps.ts';
import { drawStrings } from './strings.ts';

export interface TrainingBatchesOptions {
  /** Pictures in a batch. */
  readonly batch: number;
  /** Pictures in an epoch; of digits at most as many as there are. */
  readonly count: number;
  readonly seed: number;
}

/** Pictures to train on, distorted anew in each epoch; strings are composed of the digits. */
export function trainingBatches(
  task: Task,
  digits: readonly Sample[],
  options: TrainingBatchesOptions,
): BatchSource<Batch> {
  const { batch, seed } = options;
  const count = task === 'digit' ? Math.min(options.count, digits.length) : options.count;
  const batchesPerEpoch = Math.ceil(count / batch);
  return {
    batchesPerEpoch,
    async *epoch(index, start = 0) {
      const pictures = new Random(seed).fork('pictures').fork(index);
      const order = shuffledOrder(digits.length, seed, index);
      for (let k = start; k < batchesPerEpoch; k++) {
        const random = pictures.fork(k);
        const indices = order.subarray(k * batch, Math.min(count, (k + 1) * batch));
        const samples = task === 'digit' ? drawDigits(digits, indices, random) : drawStrings(digits, batch, random);
        yield makeBatch(task, samples);
      }
    },
  };
}

function drawDigits(digits: readonly Sample[], indices: Int32Array, random: Random): Sample[] {
  return Array.from(indices, (i) => ({ ...digits[i]!, image: distort(digits[i]!.image, random) }));
}

/** Pictures to measure with, as they are. */
export function evaluationBatches(task: Task, samples: readonly Sample[]): BatchSource<Batch> {
  return exampleBatches(samples, { batchSize: 100, collate: (examples) => makeBatch(task, examples) });
}
