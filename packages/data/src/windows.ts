import { createDataArray, readOptions, required, type TensorData } from '@sluice/core';
import { type CountedBatchSource, indexedSource } from './batch-source.ts';
import { checkWhole } from './check.ts';
import { orderOf } from './shuffle.ts';
import type { RowRange } from './split.ts';
import { type Cut, cutWindows } from './window-cut.ts';

export interface WindowOptions {
  /** Time steps of the inputs, at least 1. */
  readonly window: number;
  /** Time steps of the targets, which follow the window at once. Default 1. */
  readonly horizon?: number | undefined;
  /** Time steps from one window's start to the next one's. Default 1. */
  readonly stride?: number | undefined;
  /** Features of the targets, by their index in the series, in this order. Default: all. */
  readonly targetFeatures?: readonly number[] | undefined;
  /**
   * Only windows all of whose target rows lie in this range of each series. The inputs may reach back before its start, to what was known
   * by then, but nothing reaches past its end: windows of ranges that do not overlap share no target, and those of an earlier range see
   * nothing of a later one. The first targets stand at the start of the range, or where the first window ends. Default: all rows.
   */
  readonly targetRows?: RowRange | undefined;
  /**
   * What is known ahead for the time of the targets, as the calendar is: [time, known features] for each series, row by row beside it.
   * Default: nothing.
   */
  readonly known?: TensorData | readonly TensorData[] | undefined;
  /**
   * When the rows were, for each series, as `table.dates` gives it: milliseconds since 1970 in rising order. Rows that do not follow each other by one frequency, as
   * `detectFrequency` finds it, are then dealt with as `uneven` says. Default: nobody knows, and rows count as evenly spaced.
   */
  readonly times?: ArrayLike<number> | readonly ArrayLike<number>[] | undefined;
  /**
   * What becomes of uneven `times`: `refuse`, an error that names the first gap; `skip`, no window or horizon reaches over a gap; `accept`, rows count as evenly
   * spaced all the same, as trading days may. Default `refuse`; `resample` makes times even.
   */
  readonly uneven?: 'refuse' | 'skip' | 'accept' | undefined;
}

const windowDefaults = {
  window: required,
  horizon: 1,
  stride: 1,
  targetFeatures: undefined,
  targetRows: undefined,
  known: undefined,
  times: undefined,
  uneven: 'refuse',
} as const;

export interface Windows {
  /** [windows, time, features] from `slidingWindows`, [time, batch, features] from `windowBatches`. */
  readonly inputs: TensorData;
  /** [windows, horizon, target features] from `slidingWindows`, [horizon, batch, target features] from `windowBatches`. */
  readonly targets: TensorData;
  /** Of the rows of the targets: [windows, horizon, known features] or [horizon, batch, known features]; no features without `known`. */
  readonly known: TensorData;
  /** [windows] or [batch]: the row, within its series, of the first target. Rows before it are what the forecast may be made from. */
  readonly origins: Int32Array;
}

/**
 * All windows of one or more series, window by window. No window reaches from one series into another; a series shorter than window and
 * horizon together has none. Every element is copied once per window that holds it: `windowBatches` copies a batch at a time.
 * @param series [time, features] or [time]; all of one dtype and number of features
 * @throws ShapeError when no window fits or shapes do not fit each other; FormatError naming the first number that is missing (NaN), or the first gap in
 *   `times`; DTypeError when dtypes differ; OptionError when an option is out of its range; IndexError when `targetRows` lies outside a series
 */
export function slidingWindows(series: TensorData | readonly TensorData[], options: WindowOptions): Windows {
  const operation = 'slidingWindows';
  const cut = cutWindows(operation, series, readOptions(operation, options, windowDefaults));
  return read(cut, orderOf(cut.starts.length, undefined, 0), false);
}

export interface WindowBatchesOptions extends WindowOptions {
  /** Windows in a batch; the last batch of an epoch holds what is left, at least 1. */
  readonly batchSize: number;
  /** Shuffles the windows of every epoch anew. Default: in order. */
  readonly seed?: number | undefined;
}

const batchDefaults = { ...windowDefaults, batchSize: required, seed: undefined } as const;

/**
 * Time-major batches of windows, each of which appears exactly once in an epoch; cut as `slidingWindows` cuts.
 * @example
 * const load = Table.ofNumbers({ load: Array.from({ length: 50 }, (_, hour) => Math.sin(hour)) }).matrix();
 * const { train, validation } = timeRanges(50, { train: 0.8, validation: 0.2 });
 * const series = Scaler.fit(sliceRows(load, train)).transform(load);
 * const forTraining = windowBatches(series, { window: 8, horizon: 4, targetRows: train, batchSize: 16, seed: 1 });
 * const forValidation = windowBatches(series, { window: 8, horizon: 4, targetRows: validation, batchSize: 16 });
 * @throws as `slidingWindows`
 */
export function windowBatches(
  series: TensorData | readonly TensorData[],
  options: WindowBatchesOptions,
): CountedBatchSource<Windows> {
  const operation = 'windowBatches';
  const given = readOptions<WindowBatchesOptions, typeof batchDefaults>(operation, options, batchDefaults);
  const { batchSize, seed } = given;
  checkWhole(operation, 'batchSize', batchSize, 1);
  const cut = cutWindows(operation, series, given);
  return indexedSource(operation, Math.ceil(cut.starts.length / batchSize), (epoch) => {
    const order = orderOf(cut.starts.length, seed, epoch);
    return (batch) => read(cut, order.subarray(batch * batchSize, (batch + 1) * batchSize), true);
  });
}

function read(
  { list, knownList, starts, targetFeatures, window, horizon }: Cut,
  chosen: Int32Array,
  timeMajor: boolean,
): Windows {
  const copy = (from: readonly TensorData[], offset: number, steps: number, wanted: readonly number[]): TensorData => {
    const { dtype } = from[0]!;
    const rows = chosen.length;
    const data = createDataArray(dtype, rows * steps * wanted.length);
    for (let row = 0; row < rows; row++) {
      const { series, time } = starts[chosen[row]!]!;
      const source = from[series]!;
      const features = source.shape[1] ?? 1;
      for (let t = 0; t < steps; t++) {
        const start = (time + offset + t) * features;
        const place = (timeMajor ? t * rows + row : row * steps + t) * wanted.length;
        for (let i = 0; i < wanted.length; i++) data[place + i] = source.data[start + wanted[i]!]!;
      }
    }
    return { dtype, shape: timeMajor ? [steps, rows, wanted.length] : [rows, steps, wanted.length], data };
  };
  return {
    inputs: copy(list, 0, window, allOf(list[0]!)),
    targets: copy(list, window, horizon, targetFeatures),
    known: copy(knownList ?? list, window, horizon, knownList ? allOf(knownList[0]!) : []),
    origins: chosen.map((index) => starts[index]!.time + window),
  };
}

function allOf(series: TensorData): number[] {
  return Array.from({ length: series.shape[1] ?? 1 }, (_, feature) => feature);
}
