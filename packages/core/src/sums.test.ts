import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompensatedSum, meanOf, RootMeanSquare, RunningMean } from './sums.ts';

const sumOf = (values: Iterable<number>) => {
  const sum = new CompensatedSum();
  for (const value of values) sum.add(value);
  return sum.value;
};
const rootOf = (values: Iterable<number>) => {
  const root = new RootMeanSquare();
  for (const value of values) root.add(value);
  return root.value;
};

test('sums do not lose what a plain sum loses', () => {
  // The example of Neumaier's paper, in which Kahan's sum gives 0.
  expect(sumOf([1, 1e100, 1, -1e100])).toBe(2);
  expect(sumOf(new Array(10).fill(0.1))).toBe(1);
  expect(sumOf(new Array(1e6).fill(0.1))).toBe(1e5);
  expect(sumOf([])).toBe(0);
  expect(sumOf([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  expect(sumOf([1, Number.NaN])).toBeNaN();
  expect(sumOf([1e308, 1e308])).toBe(Number.POSITIVE_INFINITY);
});

test('sums are those of whole numbers, whatever their order and size', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), fc.integer({ min: 0, max: 20 })), { maxLength: 50 }), (terms) => {
      const exact = terms.reduce((sum, [n, exponent]) => sum + BigInt(n) * 2n ** BigInt(exponent), 0n);
      expect(sumOf(terms.map(([n, exponent]) => n * 2 ** exponent))).toBe(Number(exact));
    }),
  );
});

test('the mean of equal numbers is that number, as large or small as it may be', () => {
  for (const value of [0.1, 14.62, 1e16, -1.7e308, Number.MAX_VALUE, 5e-324, 1e-320, 0]) {
    for (const count of [1, 3, 100, 1000, 12_345]) expect(meanOf(new Array(count).fill(value))).toBe(value);
  }
  expect(meanOf([Number.MAX_VALUE, -Number.MAX_VALUE])).toBe(0);
  expect(meanOf([1e308, 1e308, 4e307])).toBeCloseTo(8e307, -295);
  expect(meanOf([])).toBeNaN();
  expect(new RunningMean().add(1).add(2).count).toBe(2);
});

test('roots of mean squares neither over- nor underflow', () => {
  expect(rootOf([3, 4, 0, 0])).toBe(2.5);
  for (const scale of [1e-320, 1e-200, 1e-160, 1, 1e150, 1e200, 1e307]) {
    const root = rootOf([3 * scale, -4 * scale, 0, 0]);
    expect(Math.abs(root / scale - 2.5)).toBeLessThan(scale === 1e-320 ? 1e-3 : 1e-14);
  }
  expect(rootOf([1e300, 1, 1e-300])).toBeCloseTo(1e300 / Math.sqrt(3), -286);
  expect(rootOf([])).toBeNaN();
  expect(new RootMeanSquare().add(1).count).toBe(1);
});
