import { FormatError, OptionError, quote, RunningMean, readOptions, required } from '@sluice/core';
import { fillGaps } from '../fill-gaps.ts';
import { type Column, isMissing } from '../table/column.ts';
import { Table } from '../table/table.ts';
import { valuesOf } from '../table/typed-column.ts';
import { Frequency, type FrequencyName, frequencyOf } from './frequency.ts';
import { checkRising } from './rising.ts';
import { day, modulo } from './utc.ts';

/** What stands where a step has no value of its own. */
export type ResampleFill = 'linear' | 'previous' | 'none';

export interface ResampleOptions {
  /** The column of dates: in rising order, where several rows may have one. */
  readonly time: string;
  /**
   * From one row of the result to the next: a name, a number of seconds, or what `detectFrequency` found. Names stand for points of the calendar in UTC (weeks begin
   * on Monday); numbers of seconds are counted from the midnight of the first row's day. What was detected keeps the time of day of the first row.
   */
  readonly every: FrequencyName | number | Frequency;
  /**
   * For numbers that a step lacks: `linear`, the straight line over the steps between the ones around it, which looks ahead; `previous`, the last one before it; `none`,
   * left missing. What is missing before the first or (for `linear`) after the last number stays so. Columns of other types take the previous value, or
   * none with `none`. Default `none`.
   */
  readonly fill?: ResampleFill | undefined;
}

/** Rows of the result at most: more is a step that was not meant. */
const mostRows = 2 ** 26;

/**
 * A table with one row for each step of time, for what wants them even: windows, seasons, forecasts.
 *
 * Rows from one step up to the next become one at that step: the mean of their numbers, and the last of their texts, categories and other dates, missing
 * ones left out. Starts and ends of months, quarters and years hold those whole.
 * @param table its other columns are kept, in order
 * @example
 * const table = await readCsv('hour,load\n2024-01-01T00:00,1\n2024-01-01T02:00,3\n');
 * const even = resample(table, { time: 'hour', every: 'hour', fill: 'linear' });
 * @throws IndexError when there is no such column; FormatError when it is no column of dates, has no rows, or naming the first row without a date or with one before
 * that of the row before; OptionError for an unknown step or fill, or a step so short that there would be more than 2^26 rows
 */
export function resample(table: Table, options: ResampleOptions): Table {
  const operation = 'resample';
  const { time, every, fill } = readOptions(operation, options, { time: required, every: required, fill: 'none' });
  if (!['linear', 'previous', 'none'].includes(fill)) {
    throw new OptionError({
      operation,
      argument: 'fill',
      got: `is ${String(fill)}`,
      expected: 'linear, previous or none',
    });
  }
  const dates = valuesOf(operation, table.columns, time, 'date');
  checkRising(operation, (row) => `row ${row} of column ${quote(time)}`, dates, true);
  if (dates.length === 0) throw new FormatError({ operation, argument: 'table', got: 'has no rows', expected: 'some' });
  const frequency =
    every instanceof Frequency ? every : frequencyOf(operation, every, Math.floor(dates[0]! / day) * day);
  const clock = every instanceof Frequency && frequency.isCalendar ? modulo(dates[0]!, day) : 0;
  const first = frequency.periodOf(dates[0]!);
  const rows = frequency.periodOf(dates.at(-1)!) - first + 1;
  if (rows > mostRows) {
    const got = `is ${frequency.name}, which makes ${rows} rows`;
    throw new OptionError({ operation, argument: 'every', got, expected: `a step for at most ${mostRows} rows` });
  }
  const places = Int32Array.from(dates, (date) => frequency.periodOf(date) - first);
  const numbers = (values: Float64Array): Column => {
    const found = means(values, places, rows);
    if (fill !== 'none') fillGaps(found, fill);
    return { type: 'number', values: found };
  };
  return new Table(
    [...table.columns].map(([name, column]): readonly [string, Column] => {
      if (name === time)
        return [
          name,
          { type: 'date', values: Float64Array.from({ length: rows }, (_, i) => frequency.at(first + i) + clock) },
        ];
      return [name, column.type === 'number' ? numbers(column.values) : last(column, places, rows, fill)];
    }),
  );
}

/** @param places rising */
function means(values: Float64Array, places: Int32Array, rows: number): Float64Array {
  const result = new Float64Array(rows).fill(Number.NaN);
  let mean = new RunningMean();
  for (const [row, place] of places.entries()) {
    if (!Number.isNaN(values[row])) mean.add(values[row]!);
    if (place === places[row + 1]) continue;
    result[place] = mean.value;
    mean = new RunningMean();
  }
  return result;
}

/** For each step the last value of its rows, or of those before. */
function last(
  column: Exclude<Column, { type: 'number' }>,
  places: Int32Array,
  rows: number,
  fill: ResampleFill,
): Column {
  const sources = new Int32Array(rows).fill(-1);
  for (const [row, place] of places.entries()) if (!isMissing(column, row)) sources[place] = row;
  if (fill !== 'none') {
    for (let row = 1; row < rows; row++) if (sources[row]! < 0) sources[row] = sources[row - 1]!;
  }
  switch (column.type) {
    case 'string':
      return { type: 'string', values: Array.from(sources, (row) => column.values[row] ?? null) };
    case 'category':
      return { ...column, values: sources.map((row) => column.values[row] ?? -1) };
    case 'date':
      return { type: 'date', values: Float64Array.from(sources, (row) => column.values[row] ?? Number.NaN) };
  }
}
