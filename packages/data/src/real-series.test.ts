import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dateRanges, type RowRange, Scaler, sliceRows, type Table, timeRanges, windowBatches } from './index.ts';
import { readCsvFile } from './node.ts';

const folder = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data');

/** The error of forecasting that all stays as it is, through scaler, windows and back. */
async function persistence(table: Table, column: string, train: RowRange, targetRows: RowRange) {
  const series = table.matrix([column]);
  const scaler = Scaler.fit(sliceRows(series, train));
  const windows = { window: 1, targetRows, batchSize: 64, seed: 1 };
  const seen = new Set<number>();
  let [absolute, percent] = [0, 0];
  for await (const { inputs, targets, origins } of windowBatches(scaler.transform(series, 'float64'), windows).epoch(
    0,
  )) {
    const last = scaler.invert(inputs).data;
    scaler.invert(targets).data.forEach((actual, i) => {
      seen.add(origins[i]!);
      absolute += Math.abs(actual - last[i]!);
      percent += Math.abs(actual - last[i]!) / Math.abs(actual);
    });
  }
  expect(seen.size).toBe(targetRows.end - targetRows.start);
  return { mae: absolute / seen.size, mape: (100 * percent) / seen.size };
}

// The figures are those that awk computes from the file, row after row.
test('Seattle weather: the maximum of 2015 as that of the day before', async () => {
  const table = await readCsvFile(join(folder, 'seattle-weather.csv'));
  const { train, test } = dateRanges(table.dates('date'), { train: '2012-01-01', test: '2015-01-01' });
  const { mae } = await persistence(table, 'temp_max', train, test);
  expect(mae).toBeCloseTo(2.23973, 5);
});

test('S&P 500: the last 15 % of closing prices as those of the day before', async () => {
  const table = await readCsvFile(join(folder, 'sp500-2000.csv'));
  const { train, test } = timeRanges(table.length, { train: 0.85, test: 0.15 });
  const { mape } = await persistence(table, 'close', train, test);
  expect(mape).toBeCloseTo(0.729, 3);
});
