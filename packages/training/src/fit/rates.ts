import { OptionError } from '@sluice/core';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { StatefulSchedule } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedules.ts';
import { NonFiniteError } from './non-finite.ts';
import type { FitOptions } from './options.ts';

/**
 * Sets the rate of the next update.
 * @param step updates made
 * @throws NonFiniteError when it is NaN or infinite, OptionError when it is below 0 or no number; the rate is as before then
 */
export function setLearningRate(optimizer: Optimizer, schedule: Schedule | StatefulSchedule, step: number): void {
  const rate: unknown = typeof schedule === 'function' ? schedule(step) : schedule.learningRate;
  if (typeof rate === 'number' && !Number.isFinite(rate)) {
    const details = { step: step + 1, operation: 'schedule', layer: undefined, pass: 'update', inputs: [] } as const;
    throw new NonFiniteError(
      `fit: step ${step + 1}: schedule gave ${rate} as learning rate; nothing was updated`,
      details,
    );
  }
  if (typeof rate !== 'number' || rate < 0) {
    const got = `gave ${String(rate)} for step ${step + 1}`;
    throw new OptionError({ operation: 'fit', argument: 'schedule', got, expected: 'a finite number of at least 0' });
  }
  optimizer.learningRate = rate;
}

/** Updates until training ends, at most; `undefined` where nobody knows. */
export function stepsLeft(
  { data, epochs, accumulate = 1, maxSteps }: Pick<FitOptions<unknown>, 'data' | 'epochs' | 'accumulate' | 'maxSteps'>,
  { step, epoch, batch }: { readonly step: number; readonly epoch: number; readonly batch: number },
): number | undefined {
  const { batchesPerEpoch } = data;
  const steps = (batches: number) => Math.ceil(Math.max(0, batches) / accumulate);
  const ofEpochs =
    batchesPerEpoch === undefined
      ? undefined
      : (epochs - epoch - 1) * steps(batchesPerEpoch) + steps(batchesPerEpoch - batch);
  if (maxSteps === undefined) return ofEpochs;
  return Math.min(ofEpochs ?? Number.POSITIVE_INFINITY, Math.max(0, maxSteps - step));
}
