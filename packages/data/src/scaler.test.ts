import { FormatError, type TensorData } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scaler } from './scaler.ts';
import type { ScalingMethod } from './scaler-column.ts';
import { Table } from './table/table.ts';

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
  expect(() => scaler.select([2])).toThrow('Scaler.select: column is 2, expected a whole number from 0 to 1');
  expect(() => second.transform(batch)).toThrow(
    'Scaler.transform: data has shape [1, 2, 2], expected [..., 1], as it was fitted on',
  );
  expect(() => second.invert({ dtype: 'float64', shape: [], data: Float64Array.of(1) })).toThrow(
    'Scaler.invert: data has shape []',
  );
});

const tiny = Number.MIN_VALUE;
const large = Number.MAX_VALUE;
const leave = 'leave it out, or give it the method none';

test.each([
  [column(0.1, 0.1, 0.1), 'standard', `is 0.1 in every row, expected at least two different numbers: ${leave}`],
  [column(7), 'robust', 'is 7 in every row'],
  [column(none, 5), 'minMax', 'is 5 in every row'],
  [column(0, -0), 'minMax', 'is 0 in every row'],
  [column(none), 'standard', 'has no number, expected some'],
  [column(0, 0, 0, 0, 9), 'robust', 'has no spread that robust can measure around 0, expected another method'],
  [column(1, -1), 'log1p', 'holds -1, expected numbers above -1 for log1p'],
  [column(1, Number.POSITIVE_INFINITY), 'standard', 'holds Infinity, expected finite numbers'],
  [
    column(1, 1 + Number.EPSILON),
    'standard',
    `runs from 1 to ${1 + Number.EPSILON}, which is lost in the rounding of 1, expected a larger spread: subtract 1 in the data, ${leave}`,
  ],
  [column(1e16, 1e16 + 2, 1e16 + 4), 'robust', 'runs from 10000000000000000 to 10000000000000004, which is lost in'],
  [
    column(1e16, 1e16 + 2),
    'log1p',
    'runs from 10000000000000000 to 10000000000000002, which is lost in the rounding of log1p',
  ],
  [
    column(0, tiny),
    'standard',
    'spreads by 5e-324, less than the smallest normal number, expected numbers in a smaller unit, or leave',
  ],
  [column(0, 1e-320), 'minMax', 'spreads by 1e-320, less than the smallest normal number'],
  [
    column(large, -large),
    'minMax',
    `runs from ${-large} to ${large}, further than numbers reach, expected numbers in a larger unit`,
  ],
  [column(large, -large, -large, large), 'robust', `runs from ${-large}`],
  [
    column(-large, ...new Array<number>(99).fill(large)),
    'standard',
    `runs from ${-large} to ${large}, further than numbers reach`,
  ],
] as const)('refuses what has no scale: %#', (data, method, message) => {
  expect(() => Scaler.fit(data, { method })).toThrow(`Scaler.fit: column 0 ${message}`);
  expect(() => Scaler.fit(data, { method })).toThrow(FormatError);
});

const kept = ['standard', 'minMax', 'robust', 'log1p'] as const;

test('a constant column is told by comparison, whatever a sum of it rounds to', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -0.9, max: large, noNaN: true }),
      fc.integer({ min: 1, max: 2000 }),
      fc.constantFrom(...kept),
      (value, rows, method) => {
        for (const of of [value, Math.fround(value)].filter(Number.isFinite)) {
          const { data } = { data: Table.ofNumbers({ x: new Array<number>(rows).fill(of) }).matrix() };
          expect(() => Scaler.fit(data, { method })).toThrow(`Scaler.fit: column 0 is ${of || 0} in every row`);
        }
      },
    ),
  );
  for (const [value, rows] of [
    [0.1, 100],
    [14.62, 1000],
    [0.1, 1_000_000],
  ] as const) {
    const data = Table.ofNumbers({
      other: [...new Array(rows).keys()],
      x: new Array<number>(rows).fill(value),
    }).matrix();
    expect(() => Scaler.fit(data)).toThrow(`Scaler.fit: column 1 is ${value} in every row`);
    const single = { ...data, dtype: 'float32', data: Float32Array.from(data.data) } as const;
    expect(() => Scaler.fit(single)).toThrow(`column 1 is ${Math.fround(value)} in every row`);
    expect(Scaler.fit(data, { method: ['standard', 'none'] }).columns[1]).toEqual({
      method: 'none',
      shift: 0,
      scale: 1,
    });
  }
});

test('means and deviations are right where sums, squares and roundings would lose them', () => {
  const fitted = (values: number[], method: ScalingMethod = 'standard') =>
    Scaler.fit(column(...values), { method }).columns[0]!;
  const alternating = (low: number, high: number, rows: number) =>
    Array.from({ length: rows }, (_, i) => (i % 2 ? high : low));
  // Of two numbers in turn the mean is the middle and the deviation half their distance.
  for (const [low, high] of [
    [1e8, 1e8 + 2],
    [1e15, 1e15 + 16],
    [-1e154, 1e154],
    [-1e307, 1e307],
    [1e-300, 3e-300],
    [0.1, 0.3],
  ] as const) {
    const { shift, scale } = fitted(alternating(low, high, 10_000));
    expect(Math.abs(shift / ((low + high) / 2 || 1) - Math.sign(low + high))).toBeLessThan(1e-15);
    expect(scale / (high / 2 - low / 2)).toBeCloseTo(1, 14);
  }
  // The variance of 0 to n - 1 is (n^2 - 1) / 12.
  const counted = fitted(Array.from({ length: 100_000 }, (_, i) => 1e9 + i));
  expect(counted.shift).toBe(1e9 + 49_999.5);
  expect(counted.scale).toBeCloseTo(Math.sqrt((1e10 - 1) / 12), 8);
  // NIST StRD NumAcc4: 1,001 values, mean 10000000.2, deviation 0.1 (of the sample).
  const numAcc4 = fitted([10_000_000.2, ...alternating(10_000_000.1, 10_000_000.3, 1000)]);
  expect(numAcc4.shift).toBeCloseTo(10_000_000.2, 8);
  expect(numAcc4.scale * Math.sqrt(1001 / 1000)).toBeCloseTo(0.1, 8);
  expect(fitted([1, 1 + Number.EPSILON], 'minMax')).toEqual({ method: 'minMax', shift: 1, scale: Number.EPSILON });
  expect([
    ...Scaler.fit(column(1, 1 + Number.EPSILON), { method: 'minMax' }).transform(column(1, 1 + Number.EPSILON)).data,
  ]).toEqual([0, 1]);
});

test('transform refuses what has no finite image, and keeps what is missing', () => {
  const rain = Scaler.fit(matrix([[0, 1], [9, 2]]), { method: ['log1p', 'standard'] }); // biome-ignore format: rows
  expect(() =>
    rain.transform(
      matrix([
        [1, 1],
        [-1, 1],
      ]),
    ),
  ).toThrow(
    // biome-ignore format: rows
    'Scaler.transform: column 0 holds -1 in row 1, expected numbers above -1 for log1p',
  );
  expect(() => rain.transform(matrix([[1, 1e300]]))).toThrow(
    'Scaler.transform: column 1 holds 1e+300 in row 0, expected numbers near those that were fitted, finite in float32',
  );
  expect(rain.transform(matrix([[1, 1e300]]), 'float64').data[1]).toBeCloseTo(2e300, -286);
  expect(() => rain.transform(matrix([[1, Number.POSITIVE_INFINITY]]), 'float64')).toThrow('column 1 holds Infinity');
  expect([...rain.transform(matrix([[none, none]])).data]).toEqual([none, none]);
});

test('refuses options that do not fit', () => {
  const halves = { dtype: 'float64', shape: [3, 2], data: new Float64Array(5) } as const;
  expect(() => Scaler.fit(halves)).toThrow('Scaler.fit: data has shape [3, 2] and 5 elements, expected [..., columns]');
  expect(() => Scaler.fit(column(1, 2)).transform(column(1), 'int32' as never)).toThrow(
    'Scaler.transform: dtype is int32, expected float32 or float64',
  );
  expect(() => Scaler.fit(column(1, 2), { methods: 'minMax' } as never)).toThrow(
    'Scaler.fit: methods is no option, expected one of method (did you mean method?)',
  );
  expect(Scaler.fit(column(1, 3), { method: undefined }).columns[0]!.method).toBe('standard');
  expect(() => Scaler.fit(column(5, 5), { method: ['max' as never] })).toThrow(
    'Scaler.fit: method[0] is max, expected',
  );
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
