import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCsvFile, readJsonFile } from './read-table.ts';

const data = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data');
const mean = (values: Iterable<number>) => {
  const list = [...values];
  return list.reduce((sum, value) => sum + value, 0) / list.length;
};

/** The cells of a file without quotes, by column. */
async function cellsOf(file: string, column: number): Promise<string[]> {
  const lines = (await readFile(join(data, file), 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => line.split(',')[column]!);
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-table-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('Seattle weather: four years of days', async () => {
  const table = await readCsvFile(join(data, 'seattle-weather.csv'), { types: { weather: 'category' } });
  expect(table.length).toBe(366 + 365 + 365 + 365);
  expect(table.names).toEqual(['date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather']);
  const dates = table.dates('date');
  expect([dates[0], dates.at(-1)]).toEqual([Date.UTC(2012, 0, 1), Date.UTC(2015, 11, 31)]);
  expect(dates.every((date, day) => date === Date.UTC(2012, 0, 1 + day))).toBe(true);
  for (const [column, name] of [
    [1, 'precipitation'],
    [2, 'temp_max'],
    [3, 'temp_min'],
    [4, 'wind'],
  ] as const) {
    const cells = await cellsOf('seattle-weather.csv', column);
    expect(mean(table.numbers(name))).toBeCloseTo(mean(cells.map(Number)), 12);
  }
  expect(mean(table.numbers('temp_max'))).toBeCloseTo(16.439, 3);
  expect(table.column('weather')).toMatchObject({ categories: ['drizzle', 'fog', 'rain', 'snow', 'sun'] });
  expect(table.strings('weather')).toEqual(await cellsOf('seattle-weather.csv', 5));
});

test('S&P 500: no end of line at the end, and progress up to the last byte', async () => {
  const path = join(data, 'sp500-2000.csv');
  const { length } = await readFile(path);
  const seen: unknown[] = [];
  const table = await readCsvFile(path, { onProgress: (progress) => seen.push(progress) });
  expect(table.length).toBe(5105);
  expect(seen.length).toBe(Math.ceil(length / 65_536) + 1);
  expect(seen.at(-1)).toEqual({ bytes: length, totalBytes: length, rows: 5105 });
  expect(table.row(0)).toMatchObject({ date: new Date('2000-01-03T00:00:00Z'), close: 1455.219971, volume: 931800000 });
  expect(mean(table.numbers('close'))).toBeCloseTo(mean((await cellsOf('sp500-2000.csv', 4)).map(Number)), 9);
});

test('movies: rows of JSON with all types and gaps', async () => {
  const path = join(data, 'movies.json');
  const rows = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>[];
  const table = await readJsonFile(path);
  expect(table.length).toBe(rows.length);
  const gross = rows.map((row) => row['US Gross']);
  expect(Array.from(table.numbers('US Gross'), (n) => (Number.isNaN(n) ? null : n))).toEqual(gross);
  expect(table.strings('Director')).toEqual(rows.map((row) => row.Director));
});

test('errors start with the path', async () => {
  const path = join(folder, 'own.csv');
  await writeFile(path, 'a,b\n1\n');
  await expect(readCsvFile(path)).rejects.toThrow(`${path}: line 2, column "b" is missing`);
  await expect(readJsonFile(path)).rejects.toThrow(`${path}: is not JSON`);
  await expect(readCsvFile(join(folder, 'none.csv'))).rejects.toThrow('ENOENT');
});
