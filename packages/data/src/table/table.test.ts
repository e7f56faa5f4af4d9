import { expect, test } from 'vitest';
import { splitInOrder } from '../split.ts';
import { categoryFeatures } from './category-features.ts';
import { countMissing, dropMissing, fillMissing } from './missing.ts';
import { readJson } from './read-json.ts';
import { Table } from './table.ts';

const { NaN: none } = Number;

const table = readJson(
  '[{"t":"2024-01-01","x":1,"s":"a"},{"t":"2024-01-02","y":true,"s":"b"},{"t":null,"x":3,"y":"no","s":"a"}]',
  { types: { s: 'category' } },
);

test('reads JSON rows', () => {
  expect(table.names).toEqual(['t', 'x', 's', 'y']);
  expect([...table.numbers('x')]).toEqual([1, none, 3]);
  expect([...table.dates('t')]).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2), none]);
  expect(table.strings('y')).toEqual([null, 'true', 'no']);
  expect(table.row(0)).toEqual({ t: new Date('2024-01-01T00:00:00Z'), x: 1, s: 'a', y: null });
  expect([...readJson('[{"ms":5}]', { types: { ms: 'date' } }).dates('ms')]).toEqual([5]);
  expect(readJson('[]').length).toBe(0);
});

test('chooses, cuts and joins', () => {
  const part = table.select(['x', 's']).take([2, 0]);
  expect(part.names).toEqual(['x', 's']);
  expect(part.row(0)).toEqual({ x: 3, s: 'a' });
  expect(table.slice(1).length).toBe(2);
  expect(splitInOrder(table, { past: 0.67, future: 0.33 }).future.row(0)).toEqual(table.row(2));
  const joined = table.select(['t']).beside(Table.ofNumbers({ n: [1, 2, 3] }));
  expect(joined.row(1)).toEqual({ t: new Date('2024-01-02T00:00:00Z'), n: 2 });
});

test('one-hot columns of a category', () => {
  const hot = categoryFeatures(table, 's');
  expect(hot.names).toEqual(['s.a', 's.b']);
  expect([...hot.matrix().data]).toEqual([1, 0, 0, 1, 1, 0]);
  expect(() => categoryFeatures(table, 'x')).toThrow(
    'categoryFeatures: column "x" is of type number, expected category',
  );
});

test('numbers side by side', () => {
  const numbers = Table.ofNumbers({ a: [1, 2], b: [3, none] });
  expect(numbers.matrix(['b', 'a'], { allowMissing: true })).toEqual({
    dtype: 'float64',
    shape: [2, 2],
    data: Float64Array.of(3, 1, none, 2),
  });
  expect(numbers.matrix(['a'], { dtype: 'float32' }).data).toEqual(Float32Array.of(1, 2));
  expect(() => numbers.matrix()).toThrow(
    'matrix: column "b" has none in row 1, expected a number in every row: fillMissing, dropMissing, or allowMissing',
  );
});

test('says which column or row is not there', () => {
  expect(() => table.numbers('z')).toThrow('numbers: column is "z", expected one of "t", "x", "s", "y"');
  expect(() => table.numbers('y')).toThrow(
    'numbers: column "y" is of type string, because row 1 (line 1) is "true", expected number',
  );
  expect(() => table.dates('x')).toThrow('dates: column "x" is of type number, expected date');
  expect(() => table.strings('x')).toThrow('strings: column "x" is of type number, expected string or category');
  expect(() => table.row(3)).toThrow('row: row is 3, expected a whole number from 0 to 2');
  expect(() => table.take([-1])).toThrow('take: row is -1');
  expect(() => Table.ofNumbers({ a: [1], b: [] })).toThrow(
    'Table: column "b" has 0 rows, expected 1, as the first column',
  );
  expect(() => table.beside(table)).toThrow('Table: column "t" stands twice, expected each name once');
});

test('counts, drops and fills what is missing', () => {
  expect(countMissing(table)).toEqual({ t: 1, x: 1, s: 0, y: 1 });
  expect(dropMissing(table).length).toBe(0);
  expect([...dropMissing(table, ['x']).numbers('x')]).toEqual([1, 3]);

  const gaps = Table.ofNumbers({ a: [1, none, none, 4, none, 6], b: [none, 1, none, none, none, 2] });
  const filled = fillMissing(gaps, { a: 'linear', b: 7 });
  expect([...filled.numbers('a')]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...filled.numbers('b')]).toEqual([7, 1, 7, 7, 7, 2]);
  expect([...fillMissing(gaps, { a: 'previous' }).numbers('a')]).toEqual([1, 1, 1, 4, 4, 6]);
  expect([...gaps.numbers('a')]).toEqual([1, none, none, 4, none, 6]);
});

test('refuses to fill from nothing', () => {
  const gaps = Table.ofNumbers({ a: [none, 1, none] });
  expect(() => fillMissing(gaps, { a: 'previous' })).toThrow(
    'fillMissing: column "a" has no number before row 0, expected one for the policy previous',
  );
  const far = Table.ofNumbers({ a: [1.7e308, Number.NaN, -1.7e308] });
  expect([...fillMissing(far, { a: 'linear' }).numbers('a')]).toEqual([1.7e308, 0, -1.7e308]);
  expect(() => fillMissing(gaps.slice(1), { a: 'linear' })).toThrow('has no number after row 1');
  expect(() => fillMissing(table, { s: 0 })).toThrow('fillMissing: column "s" is of type category, expected number');
  expect(() => fillMissing(gaps, { a: 'mean' as never })).toThrow(
    'fillMissing: policy of "a" is mean, expected previous, linear or a number',
  );
});
