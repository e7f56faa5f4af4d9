import type { TensorData } from '@sluice/core';
import type { RowRange } from '@sluice/data';
import { type ForecastBatch, forecastBatches } from './batches.ts';
import type { Forecaster } from './network.ts';
import type { Prepared } from './prepare.ts';
import { levels } from './settings.ts';

/** Forecasts from some origins, in the unit of the target. */
export interface Forecasts {
  /** [origins]: the first row of each. */
  readonly origins: Int32Array;
  /** [origins, horizon, levels], row-major, rising over the levels. */
  readonly quantiles: Float64Array;
}

/**
 * Forecasts from every origin in the range of rows, each from what was known then. Those near its end reach beyond it.
 * @param range its end may be the end of the series: the last forecast then begins one row after it if `end` is `rows + 1`
 */
export async function forecast(model: Forecaster, prepared: Prepared, range: RowRange): Promise<Forecasts> {
  const { horizon } = prepared.settings;
  const end = range.end + horizon - 1;
  const origins: number[] = [];
  const quantiles: number[] = [];
  for await (const batch of forecastBatches(prepared, { start: range.start, end }, { batchSize: 256 }).epoch(0)) {
    const scaled = await run(model, batch);
    for (const origin of batch.origins) origins.push(origin);
    for (const value of unscale(prepared, batch, scaled)) quantiles.push(value);
  }
  return { origins: Int32Array.from(origins), quantiles: Float64Array.from(quantiles) };
}

async function run(model: Forecaster, { past, future }: ForecastBatch): Promise<TensorData> {
  const { device } = model;
  const output = device.scope(() => model.quantiles(device.tensor(past), device.tensor(future)));
  try {
    return { dtype: 'float32', shape: output.shape, data: await output.data() };
  } finally {
    output.dispose();
  }
}

function unscale(
  { scalers, settings, anchors }: Prepared,
  { origins }: ForecastBatch,
  scaled: TensorData,
): Float64Array {
  const { horizon, log } = settings;
  const steps = Array.from({ length: horizon * levels.length }, (_, i) => Math.floor(i / levels.length));
  const shape = [origins.length, horizon * levels.length];
  const result = Float64Array.from(scalers.targets.select(steps).invert({ ...scaled, shape }).data);
  for (const [i, origin] of origins.entries()) {
    for (const [step, anchor] of anchors(origin).entries()) {
      const at = (i * horizon + step) * levels.length;
      const one = result.subarray(at, at + levels.length);
      one.sort();
      one.forEach((difference, level) => {
        one[level] = log ? Math.exp(anchor + difference) : anchor + difference;
      });
    }
  }
  return result;
}

/** The quantile `level` (its place in `levels`) of all forecasts, `step` rows after their origins. */
export function quantileAt(
  { origins, quantiles }: Forecasts,
  horizon: number,
  step: number,
  level: number,
): Float64Array {
  return Float64Array.from(origins, (_, i) => quantiles[(i * horizon + step) * levels.length + level]!);
}
