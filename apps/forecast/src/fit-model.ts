import type { Device } from '@sluice/core';
import { AdamW, type EventLog, fit, logged, NonFiniteError, oneCycle } from '@sluice/training';
import { type ForecastBatch, forecastBatches } from './batches.ts';
import type { Schedule } from './datasets.ts';
import { definition } from './definition.ts';
import { AppError } from './errors.ts';
import { forecastLoss } from './loss.ts';
import type { Forecaster } from './network.ts';
import type { Prepared } from './prepare.ts';

/** The losses of a training, by step. */
interface LossCurves {
  readonly train: { readonly x: number[]; readonly y: number[] };
  readonly validation: { readonly x: number[]; readonly y: number[] };
}

interface FittedModel {
  readonly model: Forecaster;
  readonly curves: LossCurves;
  /** Where the signal ended the training. */
  readonly interrupted: string | undefined;
}

/**
 * Trains on the rows before the validation part, and keeps the weights of the lowest validation loss, also when the signal ends it.
 * @throws AppError when the training diverges
 */
export async function fitModel(
  device: Device,
  prepared: Prepared,
  { epochs, batch, learningRate, weightDecay, seed }: Schedule & { readonly seed: number },
  log: EventLog,
  signal?: AbortSignal,
): Promise<FittedModel> {
  const { settings, scalers, firstOrigin } = prepared;
  const { validationStart, testStart } = settings;
  const model = definition.build(device, settings, scalers);
  const data = forecastBatches(prepared, { start: firstOrigin, end: validationStart }, { batchSize: batch, seed });
  const validation = forecastBatches(prepared, { start: validationStart, end: testStart }, { batchSize: 256 });
  const optimizer = new AdamW(model.parameters(), { learningRate, weightDecay });
  const curves: LossCurves = { train: { x: [], y: [] }, validation: { x: [], y: [] } };
  const steps = epochs * data.batchesPerEpoch;
  let interrupted: string | undefined;
  const events = fit<ForecastBatch>({
    model,
    optimizer,
    data,
    epochs,
    loss: ({ past, future, origins }) =>
      forecastLoss(model, device.tensor(past), device.tensor(future), device.tensor(prepared.targets(origins))),
    schedule: oneCycle({ maximum: learningRate, steps: Math.max(2, steps), rise: 0.2 }),
    clip: { globalNorm: 1 },
    averageWeights: { decay: 0.99 },
    validate: { data: validation, restoreBest: true },
    items: ({ origins }) => origins.length,
    ...(signal && { signal }),
  });
  try {
    for await (const event of logged(events, log)) {
      if (event.type === 'step') push(curves.train, event);
      if (event.type === 'validation') push(curves.validation, event);
      if (event.type !== 'stopped') continue;
      if (event.reason === 'aborted') interrupted = `after step ${event.step} of ${steps}`;
    }
  } catch (cause) {
    throw cause instanceof NonFiniteError ? diverged(cause.message) : cause;
  } finally {
    optimizer.dispose();
  }
  return { model: model.eval(), curves, interrupted };
}

function diverged(why: string): AppError {
  return new AppError(`the training diverged, and nothing is saved; try a lower --learning-rate: ${why}`);
}

function push(curve: { x: number[]; y: number[] }, { step, loss }: { step: number; loss: number }): void {
  curve.x.push(step);
  curve.y.push(loss);
}
