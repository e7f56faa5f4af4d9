import { FormatError, type TensorData } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scaler, type ScalingMethod } from './scaler.ts';

const { NaN: none } = Number;
const matrix = (rows: readonly (readonly number[])[]): TensorData => ({
  dtype: 'float64',
  shape: [rows.length, rows[0]!.length],
  data: Float64Array.from(rows.flat()),
});
const column = (...values: number[]) => matrix(values.map((value) => [value]));

const methods: readonly ScalingMethod[] = ['standard', 'minMax', 'robust', 'log1p', 'none'];
/** Even and spread enough that no method finds them constant. */
const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
const rows = fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 30 }).map((more) => {
  const base = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n * 1e5, 7e5 - n * 1e5] as [number, number]);
  return matrix([...base, ...more]);
});

test('invert undoes transform, also after a trip through JSON, and never touches what is missing', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(...methods), fc.constantFrom(...methods), fc.nat(15), (data, a, b, hole) => {
      data.data[hole] = none;
      const scaler = Scaler.fit(data, { method: [a, b] });
      const again = Scaler.fromJSON(JSON.parse(JSON.stringify(scaler)));
      expect(again).toEqual(scaler);
      const scaled = scaler.transform(data, 'float64');
      const back = again.invert(scaled);
      expect(back.shape).toEqual(data.shape);
      data.data.forEach((value, i) => {
        if (i === hole) expect([scaled.data[i], back.data[i]]).toEqual([none, none]);
        else expect(Math.abs(back.data[i]! - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
      });
    }),
  );
});

test('each method does what it says', () => {
  const data = column(4, none, 1, 10, 2, 3);
  const fitted = (method: ScalingMethod) => Scaler.fit(data, { method }).columns[0]!;
  // numpy: mean 4, std 3.16227766; percentiles 25, 50, 75: 2, 3, 4.
  expect(fitted('standard')).toEqual({ method: 'standard', shift: 4, scale: Math.sqrt(10) });
  expect(fitted('minMax')).toEqual({ method: 'minMax', shift: 1, scale: 9 });
  expect(fitted('robust')).toEqual({ method: 'robust', shift: 3, scale: 2 });
  expect(fitted('none')).toEqual({ method: 'none', shift: 0, scale: 1 });
  const logs = Scaler.fit(matrix([[4], [1], [10], [2], [3]].map(([n]) => [Math.log1p(n!)]))).columns[0]!;
  expect(fitted('log1p').shift).toBeCloseTo(logs.shift, 14);
  expect(fitted('log1p').scale).toBeCloseTo(logs.scale, 14);
  expect(Scaler.fit(column(1, 2)).transform(column(1, 2))).toEqual({
    dtype: 'float32',
    shape: [2, 1],
    data: Float32Array.of(-1, 1),
  });
});

test('columns are scaled by themselves, whatever the axes before them, and may be chosen', () => {
  const scaler = Scaler.fit(matrix([[0, 10], [2, 30]])); // biome-ignore format: rows
  const batch: TensorData = { dtype: 'float32', shape: [1, 2, 2], data: Float32Array.of(2, 30, 0, 10) };
  expect([...scaler.transform(batch).data]).toEqual([1, 1, -1, -1]);
  const second = scaler.select([1]);
  expect([...second.invert(column(0, 1)).data]).toEqual([20, 30]);
  expect([...scaler.select([1, 1, 0]).invert(matrix([[-1, 1, 1]])).data]).toEqual([10, 30, 2]);
  expect(() => scaler.select([2])).toThrow('Scaler: column is 2, expected a whole number from 0 to 1');
  expect(() => second.transform(batch)).toThrow('data has shape [1, 2, 2], expected [..., 1], as it was fitted on');
  expect(() => second.invert({ dtype: 'float64', shape: [], data: Float64Array.of(1) })).toThrow('data has shape []');
});

test.each([
  [
    column(0.1, 0.1, 0.1),
    'standard',
    'column 0 is 0.1 in every row, expected at least two different numbers: leave it out',
  ],
  [column(none, 5), 'minMax', 'column 0 is 5 in every row'],
  [column(none), 'standard', 'column 0 has no number, expected some'],
  [column(0, 0, 0, 0, 9), 'robust', 'column 0 has no spread that robust can measure around 0, expected another method'],
  [column(1, -1), 'log1p', 'column 0 holds -1, expected numbers above -1 for log1p'],
  [column(1, Number.POSITIVE_INFINITY), 'standard', 'column 0 holds Infinity, expected finite numbers'],
] as const)('refuses what has no scale: %#', (data, method, message) => {
  expect(() => Scaler.fit(data, { method })).toThrow(`Scaler: ${message}`);
  expect(() => Scaler.fit(data, { method })).toThrow(FormatError);
});

test('refuses methods that do not fit', () => {
  expect(() => Scaler.fit(column(1, 2), { method: [] })).toThrow(
    'method has 0 entries, expected 1, one for each column',
  );
  expect(() => Scaler.fit(column(1, 2), { method: 'max' as never })).toThrow(
    'method is max, expected standard, minMax',
  );
});

test.each([
  [null, 'scaler is something else, expected an object with a list of columns'],
  [{ columns: [1] }, 'columns[0] is something else, expected an object'],
  [{ columns: [{ method: 'x', shift: 0, scale: 1 }] }, 'columns[0].method is something else, expected one of standard'],
  [{ columns: [{ method: 'none', scale: 1 }] }, 'columns[0].shift is something else, expected a finite number'],
  [
    { columns: [{ method: 'none', shift: 0, scale: 0 }] },
    'columns[0].scale is something else, expected a finite number above 0',
  ],
])('refuses %j', (value, message) => {
  expect(() => Scaler.fromJSON(value, 'scaler.json')).toThrow(`scaler.json: ${message}`);
});
