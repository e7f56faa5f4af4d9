import { createDataArray, DTypeError, formatShape, OptionError, ShapeError, type TensorData } from '@sluice/core';
import { type CountedBatchSource, indexedSource } from './batch-source.ts';
import { checkWhole } from './check.ts';
import { orderOf } from './shuffle.ts';

export interface WindowOptions {
  /** Time steps of the inputs, at least 1. */
  readonly window: number;
  /** Time steps of the targets, which follow the window at once. Default 1. */
  readonly horizon?: number;
  /** Time steps from one window's start to the next one's. Default 1. */
  readonly stride?: number;
  /** Features of the targets, by their index in the series, in this order. Default: all. */
  readonly targetFeatures?: readonly number[];
}

export interface Windows {
  /** [windows, time, features] from `slidingWindows`, [time, batch, features] from `windowBatches`. */
  readonly inputs: TensorData;
  /** [windows, horizon, target features] from `slidingWindows`, [horizon, batch, target features] from `windowBatches`. */
  readonly targets: TensorData;
}

/**
 * All windows of one or more series, window by window. No window reaches from one series into another; a series shorter than window and
 * horizon together has none. Every element is copied once per window that holds it: `windowBatches` copies a batch at a time.
 * @param series [time, features] or [time]; all of one dtype and number of features
 * @throws ShapeError when no series is long enough or shapes do not fit; OptionError when an option is out of its range
 */
export function slidingWindows(series: TensorData | readonly TensorData[], options: WindowOptions): Windows {
  const cut = prepare('slidingWindows', series, options);
  const all = orderOf(cut.starts.length, undefined, 0);
  return { inputs: cut.read(all, 'inputs', false), targets: cut.read(all, 'targets', false) };
}

export interface WindowBatchesOptions extends WindowOptions {
  /** Windows in a batch; the last batch of an epoch holds what is left, at least 1. */
  readonly batchSize: number;
  /** Shuffles the windows of every epoch anew. Default: in order. */
  readonly seed?: number | undefined;
}

/**
 * Time-major batches of windows, each of which appears exactly once in an epoch; cut as `slidingWindows` cuts.
 * @throws as `slidingWindows`
 */
export function windowBatches(
  series: TensorData | readonly TensorData[],
  options: WindowBatchesOptions,
): CountedBatchSource<Windows> {
  const { batchSize, seed } = options;
  checkWhole('windowBatches', 'batchSize', batchSize, 1);
  const cut = prepare('windowBatches', series, options);
  return indexedSource('windowBatches', Math.ceil(cut.starts.length / batchSize), (epoch) => {
    const order = orderOf(cut.starts.length, seed, epoch);
    return (batch) => {
      const chosen = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      return { inputs: cut.read(chosen, 'inputs', true), targets: cut.read(chosen, 'targets', true) };
    };
  });
}

interface Cut {
  readonly starts: readonly { readonly of: TensorData; readonly time: number }[];
  read(chosen: Int32Array, part: 'inputs' | 'targets', timeMajor: boolean): TensorData;
}

function prepare(operation: string, series: TensorData | readonly TensorData[], options: WindowOptions): Cut {
  const { window, horizon = 1, stride = 1 } = options;
  checkWhole(operation, 'window', window, 1);
  checkWhole(operation, 'horizon', horizon, 1);
  checkWhole(operation, 'stride', stride, 1);
  const list: readonly TensorData[] = 'dtype' in series ? [series] : series;
  const features = featuresOf(list[0]);
  for (const [i, one] of list.entries()) checkSeries(operation, i, one, list[0], features);
  const every = Array.from({ length: features }, (_, i) => i);
  const targetFeatures = options.targetFeatures ?? every;
  for (const feature of targetFeatures) {
    if (every.includes(feature)) continue;
    const expected = `whole numbers from 0 to ${features - 1}`;
    throw new OptionError({ operation, argument: 'targetFeatures', got: `holds ${feature}`, expected });
  }

  const starts = list.flatMap((of) => {
    const count = Math.floor((of.shape[0] - window - horizon) / stride) + 1;
    return Array.from({ length: Math.max(count, 0) }, (_, i) => ({ of, time: i * stride }));
  });
  if (starts.length === 0) {
    throw new ShapeError({
      operation,
      argument: 'series',
      got: `has at most ${list.reduce((longest, one) => Math.max(longest, one.shape[0]), 0)} time steps`,
      expected: `at least ${window + horizon}, for a window of ${window} and a horizon of ${horizon}`,
    });
  }

  return {
    starts,
    read(chosen, part, timeMajor) {
      const steps = part === 'inputs' ? window : horizon;
      const offset = part === 'inputs' ? 0 : window;
      const wanted = part === 'inputs' ? every : targetFeatures;
      const rows = chosen.length;
      const data = createDataArray(list[0].dtype, rows * steps * wanted.length);
      for (let row = 0; row < rows; row++) {
        const { of, time } = starts[chosen[row]];
        for (let t = 0; t < steps; t++) {
          const source = (time + offset + t) * features;
          const place = (timeMajor ? t * rows + row : row * steps + t) * wanted.length;
          for (let i = 0; i < wanted.length; i++) data[place + i] = of.data[source + wanted[i]];
        }
      }
      const shape = timeMajor ? [steps, rows, wanted.length] : [rows, steps, wanted.length];
      return { dtype: list[0].dtype, shape, data };
    },
  };
}

function featuresOf(series: TensorData | undefined): number {
  return series?.shape[1] ?? 1;
}

function checkSeries(operation: string, index: number, one: TensorData, first: TensorData, features: number): void {
  const argument = `series ${index}`;
  const rank = one.shape.length;
  if (rank < 1 || rank > 2 || featuresOf(one) !== features || one.data.length !== one.shape[0] * features) {
    const got = `has shape ${formatShape(one.shape)} and ${one.data.length} elements`;
    throw new ShapeError({
      operation,
      argument,
      got,
      expected: `[time, ${features}]${features === 1 ? ' or [time]' : ''}`,
    });
  }
  if (one.dtype !== first.dtype) {
    throw new DTypeError({ operation, argument, got: `is ${one.dtype}`, expected: `${first.dtype}, as series 0` });
  }
}
