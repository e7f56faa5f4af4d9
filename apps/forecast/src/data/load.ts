import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReadProgress } from '@sluice/data';
import { readCsvFile } from '@sluice/data/node';
import { type Dataset, datasets } from '../datasets.ts';
import { AppError, UsageError } from '../errors.ts';
import { warn } from '../output.ts';
import type { Settings } from '../settings.ts';
import { formatDate, unevenRows } from './dates.ts';
import { loadElectricity } from './electricity.ts';
import type { Series } from './series.ts';

/** What of a table is read. */
export type SeriesColumns = Pick<Settings, 'dataset' | 'target' | 'date' | 'covariates'>;

/**
 * The series of a data set, from the package that it comes with, or from a CSV file with the same columns. Warns of a file whose dates are not
 * evenly spaced: prices of trading days are not, and can be forecast all the same.
 * @throws AppError when the package is missing, or a number or date is; FormatError naming line and column of what is malformed; OptionError for a
 * column that is not there
 */
export async function loadSeries(
  columns: SeriesColumns,
  csv?: string,
  onProgress?: (progress: ReadProgress) => void,
): Promise<Series> {
  const { dataset } = columns;
  if (csv !== undefined) {
    const series = await readSeries(csv, csv, columns, onProgress);
    warnOfGaps(series);
    return series;
  }
  if (dataset === 'electricity') return loadElectricity();
  const known = (datasets as Record<string, Dataset>)[dataset];
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
      `${name}: column ${JSON.stringify(column)} has no number in row ${row + 1}; fill it, or cut the rows before it off`,
    );
  }
  return {
    name,
    table: table.select(columns),
    dates: date === null ? undefined : checkDates(name, date, table.dates(date)),
  };
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
  throw new AppError(
    `${name}: column ${JSON.stringify(column)} ${what} in row ${row + 1}, expected dates in rising order`,
  );
}

function warnOfGaps({ name, dates }: Series): void {
  const [row, ...others] = dates ? unevenRows(dates) : [];
  if (dates === undefined || row === undefined) return;
  const more = others.length > 0 ? `, and at ${others.length} more` : '';
  warn(
    `Warning: ${name}: rows are taken as evenly spaced, and are not: from ${formatDate(dates[row - 1]!)} to ${formatDate(dates[row]!)} at row ${row + 1}${more}.`,
  );
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
