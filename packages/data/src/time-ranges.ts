import { OptionError, quote, readOptions, required, ShapeError } from '@sluice/core';
import { checkWhole } from './check.ts';
import { type Fractions, type RowRange, rangesOf } from './split.ts';
import { parseDate } from './table/parse-cell.ts';
import { checkRising } from './time/rising.ts';

/**
 * Consecutive ranges of the rows of a series, in the order of the names: what `splitInOrder` cuts, as ranges to fit a scaler on
 * (`sliceRows`) and for the `targetRows` of windows.
 * @param rows of the series
 * @example
 * const { train, validation } = timeRanges(100, { train: 0.8, validation: 0.2 });
 * @throws as `splitInOrder`
 */
export function timeRanges<Name extends string>(rows: number, fractions: Fractions<Name>): Record<Name, RowRange> {
  checkWhole('timeRanges', 'rows', rows, 0);
  return Object.fromEntries(rangesOf('timeRanges', rows, fractions, 'series')) as Record<Name, RowRange>;
}

/**
 * Ranges of rows by date: each begins with the first row at or after its date and ends where the next begins; the last takes in the rest.
 * @param dates milliseconds since 1970, in rising order, as `table.dates` gives them
 * @param starts ISO 8601 dates by name, in rising order; UTC where they have no zone
 * @example
 * const dates = [Date.UTC(2014, 0, 1), Date.UTC(2014, 6, 1), Date.UTC(2015, 0, 1)];
 * const { train, test } = dateRanges(dates, { train: '2014-01-01', test: '2015-01-01' });
 * @throws FormatError naming the row that is missing or not after the one before; OptionError for a start that is no date or not after the
 *   one before; ShapeError when a range would be empty
 */
export function dateRanges<Name extends string>(
  dates: ArrayLike<number>,
  starts: Readonly<Record<Name, string>>,
): Record<Name, RowRange> {
  const operation = 'dateRanges';
  checkRising(operation, (row) => `dates[${row}]`, dates);
  let before = Number.NEGATIVE_INFINITY;
  const bounds = (Object.entries(starts) as [Name, string][]).map(([name, start]) => {
    const time = parseDate(start);
    if (time === undefined || time <= before) {
      const got = `is ${quote(start)}`;
      throw new OptionError({
        operation,
        argument: `start of ${name}`,
        got,
        expected: 'ISO 8601 dates in rising order',
      });
    }
    before = time;
    const row = Array.prototype.findIndex.call(dates, (date: number) => date >= time);
    return { name, start: row < 0 ? dates.length : row };
  });
  const ranges = bounds.map(({ name, start }, i): [Name, RowRange] => {
    const end = bounds[i + 1]?.start ?? dates.length;
    if (start < end) return [name, { start, end }];
    throw new ShapeError({
      operation,
      argument: 'dates',
      got: `has no row of ${name}`,
      expected: 'some for every part',
    });
  });
  return Object.fromEntries(ranges) as Record<Name, RowRange>;
}

export interface RollingOriginsOptions {
  /** Rows of the first training part, at least 1. */
  readonly initial: number;
  /** Rows of each test part, at least 1. */
  readonly horizon: number;
  /** Rows from one origin to the next, at least 1. Default: the horizon, so that the test parts do not overlap. */
  readonly step?: number | undefined;
  /** Rows of a training part at most: the oldest are left out. Default: training parts grow. */
  readonly maximumTrain?: number | undefined;
}

/** One origin of a backtest: train on what was known, test on what came then. */
export interface Fold {
  readonly train: RowRange;
  /** Begins where `train` ends. */
  readonly test: RowRange;
}

/**
 * The folds of a backtest with a rolling origin (Tashman, International Journal of Forecasting 16, 2000): every training part ends where
 * its test part begins. Rows at the end that fill no horizon are left out.
 * @param rows of the series
 * @example
 * for (const { train, test } of rollingOrigins(100, { initial: 60, horizon: 20 })) console.assert(train.end === test.start);
 * @throws OptionError when an option is not a whole number of at least 1; ShapeError when there are too few rows for one fold
 */
export function rollingOrigins(rows: number, options: RollingOriginsOptions): Fold[] {
  const operation = 'rollingOrigins';
  const given = readOptions(operation, options, {
    initial: required,
    horizon: required,
    step: undefined,
    maximumTrain: undefined,
  });
  const { initial, horizon, step = horizon, maximumTrain } = given;
  checkWhole(operation, 'rows', rows, 0);
  checkWhole(operation, 'initial', initial, 1);
  checkWhole(operation, 'horizon', horizon, 1);
  checkWhole(operation, 'step', step, 1);
  if (maximumTrain !== undefined) checkWhole(operation, 'maximumTrain', maximumTrain, 1);
  const folds: Fold[] = [];
  for (let origin = initial; origin + horizon <= rows; origin += step) {
    const start = maximumTrain === undefined ? 0 : Math.max(0, origin - maximumTrain);
    folds.push({ train: { start, end: origin }, test: { start: origin, end: origin + horizon } });
  }
  if (folds.length > 0) return folds;
  const expected = `at least ${initial + horizon}, for ${initial} to train on and a horizon of ${horizon}`;
  throw new ShapeError({ operation, argument: 'rows', got: `is ${rows}`, expected });
}
