import type { TensorData } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitInOrder, splitShuffled } from './split.ts';

const shares = { train: 0.9, validation: 0.05, test: 0.05 };

test('parts in order cover everything and do not overlap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 300 }), (count) => {
      const items = Int32Array.from({ length: count }, (_, i) => i);
      const { train, validation, test } = splitInOrder(items, shares);
      expect([...train, ...validation, ...test]).toEqual([...items]);
      expect(Math.abs(train.length - 0.9 * count)).toBeLessThanOrEqual(0.5);
    }),
  );
});

test('shuffled parts share nothing, cover everything and depend on the seed alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 300 }), fc.nat(), (count, seed) => {
      const items = Array.from({ length: count }, (_, i) => i);
      const parts = splitShuffled(items, shares, seed);
      const all = [...parts.train, ...parts.validation, ...parts.test];
      expect(all.sort((a, b) => a - b)).toEqual(items);
      expect(splitShuffled(items, shares, seed)).toEqual(parts);
    }),
  );
  const items = Array.from({ length: 100 }, (_, i) => i);
  expect(splitShuffled(items, shares, 1).test).not.toEqual(splitShuffled(items, shares, 2).test);
});

test('cuts texts, lists and the first axis of host data', () => {
  expect(splitInOrder('abcd', { a: 0.5, b: 0.5 })).toEqual({ a: 'ab', b: 'cd' });
  expect(splitInOrder(['x', 'y'], { a: 0.5, b: 0.5 })).toEqual({ a: ['x'], b: ['y'] });
  const rows: TensorData = { dtype: 'float32', shape: [4, 2], data: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7]) };
  expect(splitInOrder(rows, { past: 0.75, future: 0.25 })).toEqual({
    past: { dtype: 'float32', shape: [3, 2], data: Float32Array.from([0, 1, 2, 3, 4, 5]) },
    future: { dtype: 'float32', shape: [1, 2], data: Float32Array.from([6, 7]) },
  });
});

test('refuses shares that do not add up and parts that would be empty', () => {
  expect(() => splitInOrder('abc', { a: 0.5, b: 0.4 })).toThrow(
    'splitInOrder: fractions are a 0.5, b 0.4, expected numbers above 0 that add up to 1',
  );
  expect(() => splitShuffled([1, 2], { a: 1, b: 0 }, 1)).toThrow('splitShuffled: fractions are a 1, b 0');
  expect(() => splitInOrder('abc', shares)).toThrow(
    'splitInOrder: items has length 3, which leaves validation empty, expected enough for every part',
  );
});
