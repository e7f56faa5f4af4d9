import type { TensorData } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RowRange, sliceRows, splitInOrder, splitShuffled } from './split.ts';
import { collect } from './testing/support.ts';
import { dateRanges, rollingOrigins, timeRanges } from './time-ranges.ts';
import { windowBatches } from './windows.ts';

/** [time, 1]: each row is its own number, so that a value tells where it came from. */
const series = (rows: number): TensorData => ({
  dtype: 'float64',
  shape: [rows, 1],
  data: Float64Array.from({ length: rows }, (_, row) => row),
});

/** All rows that windows of a range take in, and those that are their targets. */
async function rowsOf(
  rows: number,
  options: { window: number; horizon: number; stride: number },
  targetRows: RowRange,
) {
  const source = windowBatches(series(rows), { ...options, targetRows, batchSize: 4, seed: 3 });
  const batches = await collect(source.epoch(0));
  const data = (part: 'inputs' | 'targets') => batches.flatMap((batch) => [...batch[part].data]);
  return { inputs: data('inputs'), targets: data('targets'), batches };
}

const small = fc.integer({ min: 1, max: 6 });
const shape = fc.record({ window: small, horizon: small, stride: small });

test('no target of one part is a target of another, and no part sees a row of a later one', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 60, max: 120 }), async (options, rows) => {
      const ranges = timeRanges(rows, { train: 0.6, validation: 0.2, test: 0.2 });
      const train = await rowsOf(rows, options, ranges.train);
      const validation = await rowsOf(rows, options, ranges.validation);
      const test = await rowsOf(rows, options, ranges.test);
      const inside = (values: number[], { start, end }: RowRange) => values.every((row) => row >= start && row < end);
      expect(inside(train.targets, ranges.train)).toBe(true);
      expect(inside(validation.targets, ranges.validation)).toBe(true);
      expect(inside(test.targets, ranges.test)).toBe(true);
      expect(Math.max(...train.inputs)).toBeLessThan(ranges.train.end);
      expect(Math.max(...validation.inputs)).toBeLessThan(ranges.validation.end);
      // Nothing is lost at the border: the first row of a part is predicted.
      expect(Math.min(...validation.targets)).toBe(ranges.validation.start);
      if (options.stride === 1) expect(new Set(test.targets).size).toBe(ranges.test.end - ranges.test.start);
      for (const { inputs, origins } of test.batches) {
        origins.forEach((origin, row) => {
          expect(inputs.data[(options.window - 1) * origins.length + row]).toBe(origin - 1);
        });
      }
    }),
  );
});

test('folds roll forward, each trained on what came before its test', async () => {
  await fc.assert(
    fc.asyncProperty(
      shape,
      fc.integer({ min: 13, max: 60 }),
      fc.option(small, { nil: undefined }),
      async (options, rows, step) => {
        const folds = rollingOrigins(rows + 20, { initial: 12, horizon: options.horizon, ...(step && { step }) });
        for (const [i, { train, test }] of folds.entries()) {
          expect(train).toEqual({ start: 0, end: 12 + i * (step ?? options.horizon) });
          expect(test).toEqual({ start: train.end, end: train.end + options.horizon });
          const known = await rowsOf(rows + 20, options, train);
          const future = await rowsOf(rows + 20, options, test);
          expect(Math.max(...known.inputs, ...known.targets)).toBeLessThan(test.start);
          expect(Math.max(...future.inputs)).toBeLessThan(test.start);
          expect(future.targets).toEqual(Array.from({ length: options.horizon }, (_, t) => test.start + t));
        }
        const last = folds.at(-1)?.test.end ?? 0;
        expect(last + (step ?? options.horizon)).toBeGreaterThan(rows + 20);
      },
    ),
    { numRuns: 30 },
  );
  expect(rollingOrigins(10, { initial: 4, horizon: 3, maximumTrain: 2 })).toEqual([
    { train: { start: 2, end: 4 }, test: { start: 4, end: 7 } },
    { train: { start: 5, end: 7 }, test: { start: 7, end: 10 } },
  ]);
});

test('ranges by date', () => {
  const days = Float64Array.from({ length: 1461 }, (_, day) => Date.UTC(2012, 0, 1 + day));
  expect(dateRanges(days, { train: '2012-01-01', validation: '2014-07-01', test: '2015-01-01' })).toEqual({
    train: { start: 0, end: 912 },
    validation: { start: 912, end: 1096 },
    test: { start: 1096, end: 1461 },
  });
  expect(dateRanges(days, { rest: '2015-12-30T12:00' })).toEqual({ rest: { start: 1460, end: 1461 } });
});

test('slices rows', () => {
  expect(sliceRows(series(5), { start: 1, end: 3 })).toEqual({
    dtype: 'float64',
    shape: [2, 1],
    data: Float64Array.of(1, 2),
  });
  expect(() => sliceRows(series(5), { start: 3, end: 6 })).toThrow(
    'sliceRows: range is 3 to 6, expected whole numbers from 0 to 5 in order',
  );
});

test('refuses what leaves nothing', () => {
  expect(() => timeRanges(2, { a: 0.9, b: 0.1 })).toThrow('timeRanges: series has length 2, which leaves b empty');
  expect(() => rollingOrigins(9, { initial: 8, horizon: 2 })).toThrow(
    'rollingOrigins: rows is 9, expected at least 10, for 8 to train on and a horizon of 2',
  );
  expect(() => rollingOrigins(9, { initial: 0, horizon: 2 })).toThrow('initial is 0, expected a whole number');
  const days = [0, 86_400_000];
  expect(() => dateRanges(days, { a: '1970-01-01', b: '1971-01-01' })).toThrow('dateRanges: dates has no row of b');
  expect(() => dateRanges(days, { a: '1970-01-02', b: '1970-01-01' })).toThrow(
    'dateRanges: start of b is "1970-01-01", expected ISO 8601 dates in rising order',
  );
  expect(() => dateRanges(days, { a: 'soon' })).toThrow('start of a is "soon"');
  expect(() => dateRanges([5, 5], { a: '1970-01-01' })).toThrow(
    'dateRanges: dates[1] is 1970-01-01 00:00:00.005, which is not after the one before, 1970-01-01 00:00:00.005',
  );
  expect(() => dateRanges([5, Number.NaN], { a: '1970-01-01' })).toThrow(
    'dates[1] is missing, expected milliseconds since 1970 in rising order',
  );
});

test('refuses names that objects do not keep in their order, and unknown options', () => {
  expect(() => timeRanges(10, { train: 0.8, 2015: 0.2 })).toThrow(
    'timeRanges: fractions has the name "2015", expected no whole numbers, which objects put first whatever order they are written in: "y2015"',
  );
  expect(() => splitInOrder('abcdefghij', { 1: 0.8, 0: 0.2 })).toThrow('splitInOrder: fractions has the name "0"');
  expect(() => splitShuffled([1, 2], { a: 0.5, 4294967294: 0.5 }, 1)).toThrow('splitShuffled: fractions has the name');
  // These keep their order.
  expect(timeRanges(10, { '-1': 0.5, '01': 0.3, 1.5: 0.2 })).toEqual({
    '-1': { start: 0, end: 5 },
    '01': { start: 5, end: 8 },
    1.5: { start: 8, end: 10 },
  });
  // Dates have an order of their own.
  const days = Float64Array.from({ length: 3 }, (_, i) => Date.UTC(2014 + i, 0, 1));
  expect(dateRanges(days, { 2015: '2015-01-01', 2014: '2014-01-01' })).toEqual({
    2014: { start: 0, end: 1 },
    2015: { start: 1, end: 3 },
  });
  expect(() => rollingOrigins(9, { initial: 2, horizon: 2, steps: 1 } as never)).toThrow(
    'rollingOrigins: steps is no option, expected one of initial, horizon, step, maximumTrain (did you mean step?)',
  );
  expect(() => rollingOrigins(9, { initial: 2 } as never)).toThrow('rollingOrigins: horizon is missing');
  expect(rollingOrigins(4, { initial: 2, horizon: 2, step: undefined })).toHaveLength(1);
});
