import { expect, test } from 'vitest';
import type { Column } from '../table/column.ts';
import { readCsv } from '../table/read-csv.ts';
import { Table } from '../table/table.ts';
import { detectFrequency } from './detect-frequency.ts';
import { findGaps } from './gaps.ts';
import { type ResampleOptions, resample } from './resample.ts';
import { formatTime } from './utc.ts';

const { NaN: none } = Number;
const ofDates = (dates: readonly string[], values: readonly number[], more: Iterable<readonly [string, Column]> = []) =>
  new Table([
    [
      'day',
      { type: 'date', values: Float64Array.from(dates, (date) => Date.parse(date.length > 10 ? `${date}Z` : date)) },
    ],
    ['load', { type: 'number', values: Float64Array.from(values) }],
    ...more,
  ]);
const rows = (table: Table, options: Omit<ResampleOptions, 'time'>) => {
  const result = resample(table, { time: 'day', ...options });
  return Array.from(result.dates('day'), (date, row) => `${formatTime(date)} ${result.numbers('load')[row]}`);
};

test('gaps are filled with the straight line, the previous value or nothing', () => {
  const table = ofDates(['2024-02-28', '2024-03-01', '2024-03-02', '2024-03-05'], [1, 2, 4, 7]);
  const dates = ['2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02', '2024-03-03', '2024-03-04', '2024-03-05'];
  const beside = (...values: number[]) => dates.map((date, i) => `${date} ${values[i]}`);
  expect(rows(table, { every: 'day', fill: 'linear' })).toEqual(beside(1, 1.5, 2, 4, 5, 6, 7));
  expect(rows(table, { every: 'day', fill: 'previous' })).toEqual(beside(1, 1, 2, 4, 4, 4, 7));
  expect(rows(table, { every: 'day', fill: 'none' })).toEqual(beside(1, none, 2, 4, none, none, 7));
  expect(rows(table, { every: 86_400 })).toEqual(rows(table, { every: 'day', fill: 'none' }));
  const noons = ofDates(['2024-02-27T12:00', '2024-02-28T12:00', '2024-03-01T12:00'], [1, 2, 4]);
  expect(rows(noons, { every: detectFrequency(noons.dates('day')), fill: 'linear' })).toEqual([
    '2024-02-27 12:00 1',
    '2024-02-28 12:00 2',
    '2024-02-29 12:00 3',
    '2024-03-01 12:00 4',
  ]);
  expect(rows(table, { every: 'businessDay', fill: 'linear' })).toEqual([
    '2024-02-28 1',
    '2024-02-29 2',
    '2024-03-01 3',
    '2024-03-04 5',
    '2024-03-05 7', // biome-ignore format: short
  ]);
});

test('several rows of one step become their mean, and missing ones do not count', () => {
  const table = ofDates(
    ['2024-01-01T07:15', '2024-01-01T07:45', '2024-01-01T07:45', '2024-01-01T09:00', '2024-01-01T10:59:59.999'],
    [1, 2, 6, none, 10],
  );
  expect(rows(table, { every: 'hour' })).toEqual([
    '2024-01-01 07:00 3',
    '2024-01-01 08:00 NaN',
    '2024-01-01 09:00 NaN',
    '2024-01-01 10:00 10',
  ]);
  expect(rows(table, { every: 1800, fill: 'linear' }).slice(0, 4)).toEqual([
    '2024-01-01 07:00 1',
    '2024-01-01 07:30 4',
    '2024-01-01 08:00 5',
    '2024-01-01 08:30 6',
  ]);
  expect(rows(table, { every: 'day' })).toEqual(['2024-01-01 4.75']);
  const tenths = ofDates(new Array<string>(1000).fill('2024-01-01'), new Array<number>(1000).fill(0.1));
  expect(rows(tenths, { every: 'week' })).toEqual(['2024-01-01 0.1']);
});

test('months, quarters and years hold all of their days', () => {
  const dates = ['2024-01-01', '2024-01-31T23:00', '2024-02-29T12:00', '2024-04-15'];
  const table = ofDates(dates, [1, 3, 5, 9]);
  expect(rows(table, { every: 'monthEnd', fill: 'linear' })).toEqual([
    '2024-01-31 2',
    '2024-02-29 5',
    '2024-03-31 7',
    '2024-04-30 9', // biome-ignore format: short
  ]);
  expect(rows(table, { every: 'monthStart' })).toEqual([
    '2024-01-01 2',
    '2024-02-01 5',
    '2024-03-01 NaN',
    '2024-04-01 9',
  ]);
  expect(rows(table, { every: 'quarterEnd' })).toEqual(['2024-03-31 3', '2024-06-30 9']);
  expect(rows(table, { every: 'quarterStart' })).toEqual(['2024-01-01 3', '2024-04-01 9']);
  expect(rows(table, { every: 'yearEnd' })).toEqual(['2024-12-31 4.5']);
  // Monday 29 January; 1 January 2024 was a Monday too.
  expect(rows(table, { every: 'week' }).slice(0, 5)).toEqual([
    '2024-01-01 1',
    '2024-01-08 NaN',
    '2024-01-15 NaN',
    '2024-01-22 NaN',
    '2024-01-29 3', // biome-ignore format: short
  ]);
});

test('what lies before the first or after the last number stays missing; texts, categories and dates take the last value', () => {
  const table = ofDates(
    ['2024-01-01', '2024-01-02', '2024-01-04', '2024-01-04', '2024-01-05'],
    [none, 1, 3, 3, none],
    [
      ['text', { type: 'string', values: ['a', null, 'b', 'c', null] }],
      ['sky', { type: 'category', values: Int32Array.of(-1, 1, 0, -1, 1), categories: ['rain', 'sun'] }],
      ['seen', { type: 'date', values: Float64Array.of(1, none, 2, 3, none) }],
    ],
  );
  const all = (fill: ResampleOptions['fill']) => {
    const result = resample(table, { time: 'day', every: 'day', fill });
    return {
      load: [...result.numbers('load')],
      text: result.strings('text'),
      sky: result.strings('sky'),
      seen: [...result.dates('seen')],
      names: result.names,
    };
  };
  const names = ['day', 'load', 'text', 'sky', 'seen'];
  expect(all('linear')).toEqual({
    load: [none, 1, 2, 3, none],
    text: ['a', 'a', 'a', 'c', 'c'],
    sky: [null, 'sun', 'sun', 'rain', 'sun'],
    seen: [1, 1, 1, 3, 3],
    names, // biome-ignore format: table
  });
  expect(all('previous').load).toEqual([none, 1, 1, 3, 3]);
  expect(all(undefined)).toEqual({
    load: [none, 1, none, 3, none],
    text: ['a', null, null, 'c', null],
    sky: [null, 'sun', null, 'rain', 'sun'],
    seen: [1, none, none, 3, none],
    names, // biome-ignore format: table
  });
});

test('steps that were detected keep the time of day', () => {
  const closes = ofDates(
    ['2024-01-04T21:00', '2024-01-05T21:00', '2024-01-08T21:00', '2024-01-10T21:00'],
    [1, 2, 3, 5],
  );
  expect(rows(closes, { every: detectFrequency(closes.dates('day')), fill: 'linear' })).toEqual(
    ['04', '05', '08', '09', '10'].map((day, i) => `2024-01-${day} 21:00 ${i + 1}`),
  );
});

test('what was uneven is even then', async () => {
  const table = await readCsv(
    'hour,load\n2024-03-31T00:00Z,1\n2024-03-31T01:00Z,2\n2024-03-31T03:00Z,3\n2024-03-31T04:00Z,4\n',
  );
  expect(findGaps(table.dates('hour'))).toMatchObject([{ row: 2, clockChange: true }]);
  const even = resample(table, { time: 'hour', every: 'hour', fill: 'linear' });
  expect(findGaps(even.dates('hour'))).toEqual([]);
  expect([...even.numbers('load')]).toEqual([1, 2, 2.5, 3, 4]);
});

test('refuses what it cannot put in order', () => {
  const table = ofDates(['2024-01-02', '2024-01-01'], [1, 2]);
  const options = { time: 'day', every: 'day' } as const;
  expect(() => resample(table, options)).toThrow(
    'resample: row 1 of column "day" is 2024-01-01, which is not after the one before, 2024-01-02, expected milliseconds since 1970 in rising order',
  );
  expect(() => resample(ofDates(['2024-01-02', 'x'], [1, 2]), options)).toThrow(
    'resample: row 1 of column "day" is missing',
  );
  expect(() => resample(ofDates([], []), options)).toThrow('resample: table has no rows, expected some');
  expect(() => resample(table, { ...options, time: 'load' })).toThrow(
    'resample: column "load" is of type number, expected date',
  );
  expect(() => resample(table, { ...options, time: 'hour' })).toThrow(
    'resample: column is "hour", expected one of "day", "load"',
  );
  const far = ofDates(['0001-01-01', '2024-01-01'], [1, 2]);
  expect(() => resample(far, { ...options, every: 'second' })).toThrow(
    /^resample: every is second, which makes 6\d+ rows, expected a step for at most 67108864 rows$/,
  );
  expect(() => resample(far, { ...options, every: 'fortnight' as never })).toThrow(
    'resample: every is "fortnight", expected second,',
  );
  expect(() => resample(far, { ...options, fill: 'next' as never })).toThrow(
    'resample: fill is next, expected linear, previous or none',
  );
  expect(() => resample(far, { ...options, step: 1 } as never)).toThrow(
    'resample: step is no option, expected one of time, every, fill',
  );
  expect(() => resample(far, { time: 'day' } as never)).toThrow('resample: every is missing');
});
