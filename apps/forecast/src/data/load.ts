import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Table } from '@sluice/data';
import { readCsvFile } from '@sluice/data/node';
import { type Dataset, datasets } from '../datasets.ts';
import { AppError, UsageError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { readRNumbers } from './r-data.ts';
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
  const table = await readCsvFile(path);
  const numbers = table.select([target, ...Object.keys(covariates)]);
  // Complains of what is missing.
  numbers.matrix();
  return { name, table: numbers, dates: date === null ? undefined : checkDates(name, date, table.dates(date)) };
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

/** Where `electricityCommand` puts the package, and where Debian does. */
const electricityFolder = 'usr/lib/R/site-library/forecast/data';
const places = [fileURLToPath(new URL('../../runs/r-cran-forecast', import.meta.url)), '/'];

const electricityCommand =
  '(mkdir -p apps/forecast/runs && cd apps/forecast/runs && apt-get download r-cran-forecast && dpkg-deb -x r-cran-forecast_*.deb r-cran-forecast)';

/** Demand every half-hour from Monday, 5 June 2000 (Taylor 2003, Journal of the Operational Research Society 54). */
async function loadElectricity(): Promise<Series> {
  for (const place of places) {
    const file = (extension: string) => join(place, electricityFolder, `Rdata.${extension}`);
    const files = await Promise.all([readFile(file('rdx')), readFile(file('rdb'))]).catch(() => undefined);
    if (files === undefined) continue;
    const demand = readRNumbers(...files, 'taylor', file('rdb'));
    const start = Date.UTC(2000, 5, 5);
    const dates = demand.map((_, row) => start + row * 1_800_000);
    return { name: 'electricity', table: Table.ofNumbers({ demand }), dates };
  }
  throw new AppError(
    `electricity: the Debian package r-cran-forecast (GPL) is missing; get it, in the folder of the repository, with: ${electricityCommand}`,
  );
}
