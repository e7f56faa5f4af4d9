import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionError } from '@sluice/core';
import { readCsvFile } from '@sluice/data/node';
import { type Dataset, datasets } from '../datasets.ts';
import { AppError, UsageError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { loadElectricity } from './electricity.ts';
import type { Series } from './series.ts';

/** What of a table is read. */
export type SeriesColumns = Pick<Settings, 'dataset' | 'target' | 'date' | 'covariates'>;

/**
 * The series of a data set, from the package that it comes with, or from a CSV file with the same columns.
 * @throws AppError when the package is missing; FormatError naming line and column of what is malformed or missing; IndexError for a column that
 * is not there
 */
export async function loadSeries(columns: SeriesColumns, csv?: string): Promise<Series> {
  const { dataset } = columns;
  if (csv !== undefined) return readSeries(csv, csv, columns);
  if (dataset === 'electricity') return loadElectricity();
  const known = (datasets as Record<string, Dataset>)[dataset];
  if (known === undefined) throw new UsageError(`the model is of a file of its own: say which with --csv FILE`);
  return readSeries(dataset, join(vegaFolder(), known.file), columns);
}

async function readSeries(name: string, path: string, { target, date, covariates }: SeriesColumns): Promise<Series> {
  const columns = [target, ...Object.keys(covariates)];
  const types = { ...Object.fromEntries(columns.map((column) => [column, 'number'] as const)) };
  const table = await readCsvFile(path, { types: date === null ? types : { ...types, [date]: 'date' } }).catch(
    (cause) => {
      if (cause instanceof OptionError) throw new AppError(`${name}: has not all columns: ${cause.message}`, { cause });
      throw cause;
    },
  );
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

function checkDates(name: string, column: string, dates: Float64Array): Float64Array {
  const row = dates.findIndex((date, i) => Number.isNaN(date) || (i > 0 && date <= dates[i - 1]!));
  if (row < 0) return dates;
  const what = Number.isNaN(dates[row]!) ? 'is missing' : 'is not after the one before';
  throw new AppError(
    `${name}: column ${JSON.stringify(column)} ${what} in row ${row + 1}, expected dates in rising order`,
  );
}

function vegaFolder(): string {
  try {
    return fileURLToPath(new URL('../data/', import.meta.resolve('vega-datasets')));
  } catch {
    throw new AppError('the package vega-datasets is missing; get it with: npm install vega-datasets@3.2.1');
  }
}
