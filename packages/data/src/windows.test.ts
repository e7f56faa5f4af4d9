import type { TensorData } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, expectResumable } from './testing/support.ts';
import { slidingWindows, windowBatches } from './windows.ts';

/** [time, 2]: the second feature is minus the first, which counts on from `first`. */
const series = (first: number, time: number): TensorData => ({
  dtype: 'float64',
  shape: [time, 2],
  data: Float64Array.from({ length: time * 2 }, (_, i) => (first + Math.floor(i / 2)) * (i % 2 === 0 ? 1 : -1)),
});

const someSeries = fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 4 });
const small = fc.integer({ min: 1, max: 4 });

test('windows never cross from one series into another, and every place that fits has one', async () => {
  await fc.assert(
    fc.asyncProperty(someSeries, small, small, small, async (lengths, window, horizon, stride) => {
      fc.pre(lengths.some((length) => length >= window + horizon));
      const list = lengths.map((length, i) => series(1000 * (i + 1), length));
      const expected = lengths.flatMap((length, i) => {
        const starts: number[] = [];
        for (let start = 0; start + window + horizon <= length; start += stride) starts.push(1000 * (i + 1) + start);
        return starts;
      });
      const { inputs, targets } = slidingWindows(list, { window, horizon, stride });
      expect(inputs.shape).toEqual([expected.length, window, 2]);
      expect(targets.shape).toEqual([expected.length, horizon, 2]);
      expected.forEach((start, i) => {
        for (let t = 0; t < window; t++) expect(inputs.data[(i * window + t) * 2]).toBe(start + t);
        for (let t = 0; t < horizon; t++) {
          expect(targets.data[(i * horizon + t) * 2 + 1]).toBe(-(start + window + t));
        }
      });

      const source = windowBatches(list, { window, horizon, stride, batchSize: 3, seed: 5 });
      const seen: number[] = [];
      for (const batch of await collect(source.epoch(1))) {
        const rows = batch.inputs.shape[1]!;
        for (let row = 0; row < rows; row++) {
          const start = batch.inputs.data[row * 2]!;
          seen.push(start);
          for (let t = 0; t < window; t++) expect(batch.inputs.data[(t * rows + row) * 2]).toBe(start + t);
          expect(batch.targets.data[row * 2]).toBe(start + window);
        }
      }
      expect(seen.sort((a, b) => a - b)).toEqual(expected);
      await expectResumable(source, 1, 1);
    }),
  );
});

test('targets may be some of the features, in the order asked for', async () => {
  const one = series(1, 4);
  expect([...slidingWindows(one, { window: 2, targetFeatures: [1] }).targets.data]).toEqual([-3, -4]);
  const [batch] = await collect(windowBatches(one, { window: 2, batchSize: 9, targetFeatures: [1, 0] }).epoch(0));
  expect(batch!.targets).toEqual({ dtype: 'float64', shape: [1, 2, 2], data: Float64Array.from([-3, 3, -4, 4]) });
});

test('a series of numbers has one feature', () => {
  const numbers: TensorData = { dtype: 'int32', shape: [5], data: Int32Array.from([1, 2, 3, 4, 5]) };
  const { inputs, targets } = slidingWindows(numbers, { window: 2, horizon: 2, stride: 1 });
  expect(inputs).toEqual({ dtype: 'int32', shape: [2, 2, 1], data: Int32Array.from([1, 2, 2, 3]) });
  expect(targets.shape).toEqual([2, 2, 1]);
});

test('says what does not fit', () => {
  const options = { window: 3, horizon: 2 };
  expect(() => slidingWindows(series(0, 4), options)).toThrow(
    'slidingWindows: series has at most 4 time steps, expected at least 5, for a window of 3 and a horizon of 2',
  );
  expect(() => slidingWindows([], options)).toThrow('series has at most 0 time steps');
  expect(() => windowBatches(series(0, 9), { ...options, batchSize: 0 })).toThrow('windowBatches: batchSize is 0');
  expect(() => slidingWindows(series(0, 9), { window: 0 })).toThrow(
    'window is 0, expected a whole number of at least 1',
  );
  expect(() => slidingWindows(series(0, 9), { window: 1, targetFeatures: [2] })).toThrow(
    'targetFeatures holds 2, expected whole numbers from 0 to 1',
  );
  const flat: TensorData = { dtype: 'float64', shape: [3], data: new Float64Array(3) };
  expect(() => slidingWindows([series(0, 9), flat], options)).toThrow(
    'slidingWindows: series 1 has shape [3] and 3 elements, expected [time, 2]',
  );
  const single: TensorData = { dtype: 'float32', shape: [3, 2], data: new Float32Array(6) };
  expect(() => slidingWindows([series(0, 9), single], options)).toThrow('series 1 is float32, expected float64');
});

test('what is known ahead comes with the rows of the targets', async () => {
  const known = [series(100, 9), series(200, 9)];
  const options = { window: 3, horizon: 2, known };
  const all = slidingWindows([series(0, 9), series(50, 9)], options);
  expect(all.known.shape).toEqual([10, 2, 2]);
  expect([...all.known.data.subarray(0, 4)]).toEqual([103, -103, 104, -104]);
  expect([...all.origins]).toEqual([3, 4, 5, 6, 7, 3, 4, 5, 6, 7]);
  const [batch] = await collect(windowBatches([series(0, 9), series(50, 9)], { ...options, batchSize: 10 }).epoch(0));
  expect(batch!.known.shape).toEqual([2, 10, 2]);
  batch!.known.data.forEach((value, i) => {
    expect(Math.abs(value) - Math.abs(batch!.targets.data[i]!)).toBe(i % 20 < 10 ? 100 : 150);
  });
  expect(batch!.origins).toEqual(all.origins);
  expect(slidingWindows(series(0, 9), { window: 3 }).known.shape).toEqual([6, 1, 0]);
});

test('says what does not fit in what is known, missing or out of range', () => {
  expect(() => slidingWindows(series(0, 9), { window: 3, known: series(0, 8) })).toThrow(
    'slidingWindows: known 0 has 8 time steps, expected 9, as its series',
  );
  expect(() => slidingWindows(series(0, 9), { window: 3, known: [] })).toThrow('known has 0 entries, expected 1');
  const holes = series(0, 9);
  holes.data[7] = Number.NaN;
  expect(() => slidingWindows(holes, { window: 3 })).toThrow(
    'slidingWindows: series 0 is NaN in row 3, feature 1, expected numbers: fill or drop what is missing',
  );
  expect(() => slidingWindows(series(0, 9), { window: 3, targetRows: { start: 4, end: 10 } })).toThrow(
    'slidingWindows: targetRows is 4 to 10, expected whole numbers from 0 to 9 in order',
  );
  expect(() => slidingWindows(series(0, 9), { window: 3, horizon: 2, targetRows: { start: 8, end: 9 } })).toThrow(
    "targetRows is 8 to 9, in which no window's targets fit, expected 2 rows with 3 before",
  );
});

/** Days from a date on, without some of them. */
const days = (from: string, count: number, without: readonly number[] = []) =>
  Float64Array.from(
    [...new Array(count).keys()].filter((day) => !without.includes(day)),
    (day) => Date.parse(from) + day * 86_400_000,
  );

test('uneven times are refused, skipped or accepted', async () => {
  const times = days('2024-02-26', 11, [4]);
  const options = { window: 2, horizon: 1, times };
  const message =
    "times[4] is 2024-03-02 after 2024-02-29, expected 2024-03-01, the next day; resample the table, or say uneven: 'skip' or 'accept'";
  expect(() => slidingWindows(series(0, 10), options)).toThrow(`slidingWindows: ${message}`);
  expect(() => windowBatches(series(0, 10), { ...options, batchSize: 2 })).toThrow(`windowBatches: ${message}`);
  const origins = (uneven: 'skip' | 'accept') => [...slidingWindows(series(0, 10), { ...options, uneven }).origins];
  expect(origins('accept')).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(origins('skip')).toEqual([2, 3, 6, 7, 8, 9]);
  const source = windowBatches(series(0, 10), {
    ...options,
    uneven: 'skip',
    targetRows: { start: 3, end: 8 },
    batchSize: 9,
  });
  expect((await collect(source.epoch(0))).flatMap((batch) => [...batch.origins])).toEqual([3, 6, 7]);
  expect(() => slidingWindows(series(0, 10), { ...options, window: 6, uneven: 'skip' })).toThrow(
    'slidingWindows: times leave no stretch without a gap that is long enough, expected at least 7, for a window of 6',
  );
});

test('each series has its own times', () => {
  const list = [series(0, 5), series(100, 4)];
  const even = [days('2024-02-26', 5), [0, 3600e3, 7200e3, 10800e3]];
  expect(slidingWindows(list, { window: 2, times: even }).origins).toHaveLength(5);
  const gaps = [even[0]!, [0, 3600e3, 7200e3, 14400e3]];
  expect(() => slidingWindows(list, { window: 2, times: gaps })).toThrow(
    'slidingWindows: times 1[3] is 1970-01-01 04:00 after',
  );
  expect([...slidingWindows(list, { window: 2, times: gaps, uneven: 'skip' }).origins]).toEqual([2, 3, 4, 2]);
  expect(() => slidingWindows(list, { window: 2, times: even[0]! })).toThrow(
    'times has 1 entries, expected 2, one for each series',
  );
  expect(() => slidingWindows(list, { window: 2, times: [even[0]!, [0]] })).toThrow(
    'times 1 has 1 entries, expected 4, as its series',
  );
  const monthEnds = ['2023-12-31', '2024-01-31', '2024-02-29', '2024-03-31'].map((date) => Date.parse(date));
  expect(slidingWindows(series(0, 4), { window: 2, times: monthEnds }).origins).toHaveLength(2);
});

test('times that fall or repeat say so, options are known', () => {
  const one = series(0, 4);
  const hours = (...of: number[]) => of.map((hour) => Date.UTC(2024, 9, 27, hour));
  expect(() => slidingWindows(one, { window: 2, times: hours(0, 1, 2, 2) })).toThrow(
    /times\[3\] is 2024-10-27 02:00, which is not after .* Most likely clocks were changed for daylight saving/,
  );
  expect(() => slidingWindows(one, { window: 2, times: hours(0, 1, 2, 2), uneven: 'accept' })).toThrow(
    'which is not after',
  );
  expect(() => slidingWindows(one, { window: 2, times: hours(0, 1, 5, 17) })).toThrow(
    'slidingWindows: times has hour as its most frequent step, at 1 of 3, expected at least half of the steps alike',
  );
  expect(() => slidingWindows(one, { window: 2, uneven: 'skip' })).toThrow(
    'times are missing, expected those in which to skip gaps',
  );
  expect(() => slidingWindows(one, { window: 2, uneven: 'drop' as never })).toThrow(
    'uneven is drop, expected refuse, skip or accept',
  );
  expect(() => slidingWindows(one, { windows: 2 } as never)).toThrow(
    'slidingWindows: windows is no option, expected one of window, horizon',
  );
  expect(() => windowBatches(one, { window: 2, batchsize: 2 } as never)).toThrow('(did you mean batchSize?)');
  expect(() => windowBatches(one, { window: 2 } as never)).toThrow('windowBatches: batchSize is missing');
  expect(slidingWindows(one, { window: 2, horizon: undefined, stride: undefined }).origins).toHaveLength(2);
});
