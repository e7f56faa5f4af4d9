import { checkGradients, grad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, OptionError, Random, ShapeError, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import { gaussianNegativeLogLikelihood, quantileLoss } from '../index.ts';
import { expectClose } from '../testing/torch-losses.ts';

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 6 });
const normal = (...shape: number[]) => device.tensor(device.random.normal(shape.reduce((a, b) => a * b, 1)), { shape });
const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0);

it('charges q for each unit below the target and 1 - q for each above', async () => {
  const prediction = device.tensor([
    [1, 2, 5],
    [0, 0, -1],
  ]);
  const target = device.tensor([3, -2]);
  const expected = [0.1 * 2, 0.5 * 1, 0.1 * 2, 0.9 * 2, 0.5 * 2, 0.1 * 1];
  const levels = [0.1, 0.5, 0.9];
  expectClose(await quantileLoss(prediction, target, levels, { reduction: 'none' }).data(), expected);
  expectClose([await quantileLoss(prediction, target, levels, { reduction: 'sum' }).item()], [3.8]);
  expectClose([await quantileLoss(prediction, target, levels).item()], [3.8 / 6]);
});

it('is least at the quantiles of the data, where its gradient changes sign', async () => {
  const sorted = new Random(2).normal(1001).sort();
  const target = device.tensor(sorted);
  const slopeAt = async (q: number, value: number) => {
    const prediction = device.full([1001, 1], value);
    const slopes = await grad(() => quantileLoss(prediction, target, [q], { reduction: 'sum' }), prediction).data();
    return total(slopes);
  };
  for (const q of [0.1, 0.5, 0.9]) {
    const rank = Math.round(q * 1000);
    expect(await slopeAt(q, sorted[rank - 3]!)).toBeLessThan(0);
    expect(await slopeAt(q, sorted[rank + 3]!)).toBeGreaterThan(0);
  }
});

it('is likeliest at the true mean and variance, and its floor lets gradients pass', async () => {
  const values = new Random(3).normal(4000, 1.5, 2);
  const target = device.tensor(values);
  const slopes = async (mean: number, variance: number) => {
    const inputs = [device.full([4000], mean), device.full([4000], variance)] as const;
    const gradients = grad(() => gaussianNegativeLogLikelihood(...inputs, target, { reduction: 'sum' }), inputs);
    const sums = gradients.map(async (g: Tensor) => total(await g.data()));
    return Promise.all(sums);
  };
  const mean = total(values) / 4000;
  const variance = total(values.map((x) => (x - mean) ** 2)) / 4000;
  for (const slope of await slopes(mean, variance)) expect(Math.abs(slope)).toBeLessThan(1e-9);
  const [, tiny] = await slopes(mean, 1e-9);
  expect(tiny).toBeLessThan(0);
});

it('have the gradients of their values', async () => {
  await checkGradients((x, y) => quantileLoss(x, y, [0.2, 0.7]), [normal(3, 2, 2), normal(3, 2)]);
  const positive = device.tensor(device.random.uniform(6, 0.3, 2), { shape: [3, 2] });
  const options = { full: true, epsilon: 0.1 };
  await checkGradients(
    (m, v, y) => gaussianNegativeLogLikelihood(m, v, y, options),
    [normal(3, 2), positive, normal(3, 2)],
  );
});

it('say what is wrong', () => {
  const quantile = (shape: number[], levels: number[]) => () =>
    quantileLoss(device.zeros(shape), device.zeros([3, 2]), levels);
  expect(quantile([3, 2], [0.5])).toThrow(ShapeError);
  expect(quantile([3, 2], [0.5])).toThrow(
    "quantileLoss: prediction has shape [3, 2], expected [3, 2, 1], the target's shape and one entry per quantile",
  );
  expect(quantile([3, 2, 2], [0.5])).toThrow(ShapeError);
  expect(quantile([3, 2, 2], [0.5, 1])).toThrow(OptionError);
  expect(quantile([3, 2, 2], [0.5, 1])).toThrow(
    'quantileLoss: quantiles[1] is 1, expected a number above 0 and below 1',
  );
  const [a, b] = [device.zeros([2]), device.zeros([2, 1])];
  expect(() => gaussianNegativeLogLikelihood(a, b, a)).toThrow(
    'gaussianNegativeLogLikelihood: variance has shape [2, 1], expected [2], as the mean',
  );
  expect(() => gaussianNegativeLogLikelihood(a, a, b)).toThrow(
    'gaussianNegativeLogLikelihood: target has shape [2, 1], expected [2], as the mean',
  );
  expect(() => gaussianNegativeLogLikelihood(a, a, a, { epsilon: 0 })).toThrow(
    'gaussianNegativeLogLikelihood: epsilon is 0, expected a finite number above 0',
  );
});
