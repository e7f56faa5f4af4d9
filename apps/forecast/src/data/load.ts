import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote } from '@sluice/core';
import { detectFrequency, findGaps, formatTime, isClockChange, type ReadProgress } from '@sluice/data';
import { readCsvFile } from '@sluice/data/node';
import { type Dataset, datasets, type Uneven } from '../datasets.ts';
import { AppError, UsageError } from '../errors.ts';
import { warn } from '../output.ts';
import type { Settings } from '../settings.ts';
import { loadElectricity } from './electricity.ts';
import type { Series } from './series.ts';

/** What of a table is read. */
export type SeriesColumns = Pick<Settings, 'dataset' | 'target' | 'date' | 'covariates'>;

export interface LoadOptions {
  /** A file with the same columns. Default: the data set, from the package that it comes with. */
  readonly csv?: string | undefined;
  /** Of the dates. Default: what the data set has, or `refuse`. */
  readonly uneven?: Uneven | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/**
 * The series of a data set or of a file. Warns of a file whose dates are not evenly spaced where that is accepted, as of prices of trading days.
 * @throws AppError when the package is missing, a number or date is, or dates are not evenly spaced and that is not accepted; FormatError naming line and column of what is malformed; OptionError for a
 * column that is not there
 */
export async function loadSeries(
  columns: SeriesColumns,
  { csv, uneven, onProgress }: LoadOptions = {},
): Promise<Series> {
  const { dataset, date } = columns;
  const known = Object.hasOwn(datasets, dataset) ? (datasets as Record<string, Dataset>)[dataset] : undefined;
  if (csv !== undefined) {
    const series = await readSeries(csv, csv, columns, onProgress);
    const gap = date === null ? undefined : firstGap(series, date);
    if (gap === undefined) return series;
    if ((uneven ?? known?.uneven) !== 'accept') {
      throw new AppError(`${gap}; fill what is missing, or let rows count as evenly spaced with --uneven accept`);
    }
    warn(`Warning: ${gap}; rows are taken as evenly spaced.`);
    return series;
  }
  if (dataset === 'electricity') return loadElectricity();
  if (known === undefined) throw new UsageError(`the model is of a file of its own: say which with --csv FILE`);
  return readSeries(dataset, join(vegaFolder(), known.file), columns, onProgress);
}

async function readSeries(
  name: string,
  path: string,
  { target, date, covariates }: SeriesColumns,
  onProgress?: (progress: ReadProgress) => void,
): Promise<Series> {
  const columns = [target, ...Object.keys(covariates)];
  const types = { ...Object.fromEntries(columns.map((column) => [column, 'number'] as const)) };
  const table = await readCsvFile(path, {
    delimiter: 'auto',
    onDelimiter: (delimiter) => sayDelimiter(path, delimiter),
    types: date === null ? types : { ...types, [date]: 'date' },
    ...(onProgress && { onProgress }),
  });
  for (const column of columns) {
    const row = table.numbers(column).findIndex(Number.isNaN);
    if (row < 0) continue;
    throw new AppError(
      `${name}: column ${quote(column)} has no number in row ${row + 1}; fill it, or cut the rows before it off`,
    );
  }
  const dates = date === null ? undefined : checkDates(name, date, table.dates(date));
  const frequency =
    dates && dates.length > 1 ? detectFrequency(dates, `${name}, column ${quote(String(date))}`) : undefined;
  return { name, table: table.select(columns), dates, frequency };
}

function sayDelimiter(path: string, delimiter: string): void {
  const marks: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars' };
  const mark = marks[delimiter];
  if (mark !== undefined) warn(`${path}: read with ${mark} between the cells.`);
}

function checkDates(name: string, column: string, dates: Float64Array): Float64Array {
  const row = dates.findIndex((date, i) => Number.isNaN(date) || (i > 0 && date <= dates[i - 1]!));
  if (row < 0) return dates;
  const what = Number.isNaN(dates[row]!) ? 'is missing' : 'is not after the one before';
  const cause = row > 0 && isClockChange(dates[row - 1]!, dates[row]!) ? `. ${daylightSaving}` : '';
  throw new AppError(
    `${name}: column ${quote(column)} ${what} in row ${row + 1}, expected dates in rising order${cause}`,
  );
}

const daylightSaving =
  'Most likely clocks were changed for daylight saving: dates must be in UTC or with their offsets';

/** Where dates are not evenly spaced first, in words. */
function firstGap({ name, dates, frequency }: Series, column: string): string | undefined {
  const [gap, ...others] = dates && frequency ? findGaps(dates, frequency) : [];
  if (gap === undefined) return undefined;
  const more = others.length > 0 ? `, and at ${others.length} more` : '';
  const steps = `from ${formatTime(gap.before)} to ${formatTime(gap.time)} at row ${gap.row + 1}${more}`;
  const expected = `expected ${formatTime(gap.expected)}, the next ${frequency!.name}`;
  const cause = gap.clockChange ? `. ${daylightSaving}` : '';
  return `${name}: column ${quote(column)} is not evenly spaced: ${steps}, ${expected}${cause}`;
}

/**
 * Where the package of the data sets is.
 * @throws AppError that tells the command to install it
 */
export function vegaFolder(find = () => import.meta.resolve('vega-datasets')): string {
  try {
    return fileURLToPath(new URL('../data/', find()));
  } catch (cause) {
    throw new AppError('the npm package vega-datasets is not installed: bring it with "npx pnpm install"', { cause });
  }
}
