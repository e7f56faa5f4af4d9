import type { TensorData } from '@sluice/core';
import { type CountedBatchSource, type RowRange, windowBatches } from '@sluice/data';
import type { Prepared } from './prepare.ts';

export interface ForecastBatch {
  /** [window, batch, history columns + known columns]: what was known until the origin. */
  readonly past: TensorData;
  /** [horizon, batch, known columns]: what is known ahead. */
  readonly future: TensorData;
  /** [batch]: the first row to forecast. */
  readonly origins: Int32Array;
}

export interface BatchOptions {
  readonly batchSize: number;
  /** Shuffles. Default: in order. */
  readonly seed?: number;
}

/** One window for each origin whose whole horizon lies in the range. */
export function forecastBatches(
  { settings, history, known, firstOrigin }: Prepared,
  range: RowRange,
  options: BatchOptions,
): CountedBatchSource<ForecastBatch> {
  const { window, horizon } = settings;
  const targetRows = { start: Math.max(range.start, firstOrigin), end: range.end };
  const batches = windowBatches(beside(history, known), {
    ...options,
    window,
    horizon,
    targetRows,
    targetFeatures: [],
    known,
  });
  return {
    batchesPerEpoch: batches.batchesPerEpoch,
    async *epoch(index, start) {
      for await (const { inputs, known: future, origins } of batches.epoch(index, start)) {
        yield { past: inputs, future, origins };
      }
    },
  };
}

/** Matrices [rows, columns] side by side. */
function beside(a: TensorData, b: TensorData): TensorData {
  const [rows, left] = a.shape as [number, number];
  const right = b.shape[1]!;
  const data = new Float32Array(rows * (left + right));
  for (let row = 0; row < rows; row++) {
    data.set(a.data.subarray(row * left, (row + 1) * left), row * (left + right));
    data.set(b.data.subarray(row * right, (row + 1) * right), row * (left + right) + left);
  }
  return { dtype: 'float32', shape: [rows, left + right], data };
}
