import { Random, type Shape } from '@sluice/core';
import { expect, it } from 'vitest';
import {
  constant,
  type Initializer,
  kaimingNormal,
  kaimingUniform,
  normal,
  orthogonal,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from './index.ts';
import { distance } from './testing/support.ts';

const shape: Shape = [200, 300];
const count = 200 * 300;

function draw(initializer: Initializer): { values: Float64Array; mean: number; variance: number } {
  const values = initializer(new Random(5), shape);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { values, mean, variance };
}

it.each([
  ['uniform', uniform(-1, 3), 1, 16 / 12],
  ['normal', normal(2, 0.5), 2, 0.25],
  ['normal by default', normal(), 0, 1],
  ['xavierUniform', xavierUniform(), 0, 2 / 500],
  ['xavierUniform with gain', xavierUniform(3), 0, (9 * 2) / 500],
  ['xavierNormal', xavierNormal(), 0, 2 / 500],
  ['kaimingUniform', kaimingUniform(), 0, 2 / 300],
  ['kaimingNormal', kaimingNormal(1), 0, 1 / 300],
  ['orthogonal', orthogonal(), 0, 1 / 300],
])('%s has the moments that it promises', (_name, initializer, mean, variance) => {
  const drawn = draw(initializer);
  expect(drawn.values).toHaveLength(count);
  // Five standard errors; of the variance at most as large as a normal distribution's.
  expect(Math.abs(drawn.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / count));
  expect(Math.abs(drawn.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
});

it('uniform ones stay within their bounds, constants are constant', () => {
  const bound = Math.sqrt(6 / 500);
  const { values } = draw(xavierUniform());
  expect(Math.max(...values.subarray(0, 1000))).toBeLessThan(bound);
  expect(Math.max(...values.subarray(0, 1000))).toBeGreaterThan(0.98 * bound);
  expect(new Set(draw(constant(3)).values)).toEqual(new Set([3]));
  expect(new Set(draw(zeros).values)).toEqual(new Set([0]));
});

it.each([
  [1, 1],
  [5, 5],
  [64, 64],
  [7, 3],
  [3, 7],
  [1, 9],
  [40, 17],
])('orthogonal [%i, %i] is so to 1e-12', (rows, columns) => {
  const q = orthogonal()(new Random(rows), [rows, columns]);
  const [n, m, at] =
    rows <= columns
      ? [rows, columns, (i: number, k: number) => q[i * columns + k]!]
      : [columns, rows, (i: number, k: number) => q[k * columns + i]!];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let k = 0; k < m; k++) product += at(i, k) * at(j, k);
      expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-12);
    }
  }
});

it('orthogonal favours no sign, and scales by the gain', () => {
  const random = new Random(1);
  let [positive, rotations] = [0, 0];
  for (let i = 0; i < 400; i++) {
    const [a, b, c, d] = orthogonal()(random, [2, 2]);
    if (a! > 0) positive++;
    if (a! * d! - b! * c! > 0) rotations++;
  }
  expect(Math.abs(positive - 200)).toBeLessThan(50);
  expect(Math.abs(rotations - 200)).toBeLessThan(50);
  const plain = orthogonal()(new Random(1), [3, 3]);
  expect(
    distance(
      orthogonal(2)(new Random(1), [3, 3]),
      plain.map((value) => 2 * value),
    ),
  ).toBe(0);
});

it('the same random numbers give the same values', () => {
  expect(orthogonal()(new Random(9), [4, 3])).toEqual(orthogonal()(new Random(9), [4, 3]));
});

it.each([xavierUniform, xavierNormal, kaimingUniform, kaimingNormal, orthogonal])('%o needs a matrix', (make) => {
  expect(() => make()(new Random(0), [3])).toThrow(`${make.name}: shape is [3], expected two axes, [output, input]`);
});
