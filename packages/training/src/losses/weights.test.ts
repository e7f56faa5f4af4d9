import { checkGradients, grad, valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, DTypeError, ShapeError, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  ctcLoss,
  gaussianNegativeLogLikelihood,
  huber,
  type LossOptions,
  meanAbsoluteError,
  meanSquaredError,
  quantileLoss,
} from '../index.ts';

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 4 });
const normal = (...shape: number[]) => device.tensor(device.random.normal(shape.reduce((a, b) => a * b, 1)), { shape });
const [time, batch] = [3, 2];
const labels = device.tensor(Int32Array.of(2, 0, 1, 1, 0, 2), { shape: [time, batch] });
const target = normal(time, batch);
const spread = device.tensor([0.4, 1.2, 0.7, 2, 0.3, 1], { shape: [time, batch] });
const levels = [0.1, 0.5, 0.9];

interface Case {
  /** Predictions whose losses are [time, batch, ...]. */
  readonly prediction: Tensor;
  readonly loss: (prediction: Tensor, options: LossOptions, target?: Tensor) => Tensor;
  /** Losses per position. */
  readonly each?: number;
}

const cases: Record<string, Case> = {
  crossEntropy: {
    prediction: normal(time, batch, 3),
    loss: (x, options) => crossEntropy(x, labels, options),
  },
  'crossEntropy with class weights and smoothing': {
    prediction: normal(time, batch, 3),
    loss: (x, options) => crossEntropy(x, labels, { classWeights: [1, 1, 1], labelSmoothing: 0.2, ...options }),
  },
  meanSquaredError: { prediction: normal(time, batch), loss: (x, o, y = target) => meanSquaredError(x, y, o) },
  meanAbsoluteError: { prediction: normal(time, batch), loss: (x, o, y = target) => meanAbsoluteError(x, y, o) },
  huber: { prediction: normal(time, batch), loss: (x, o, y = target) => huber(x, y, { delta: 0.5, ...o }) },
  binaryCrossEntropy: {
    prediction: normal(time, batch),
    loss: (x, o, y = target) => binaryCrossEntropy(x, y, { positiveWeight: 2, ...o }),
  },
  quantileLoss: {
    prediction: normal(time, batch, 3),
    loss: (x, o, y = target) => quantileLoss(x, y, levels, o),
    each: 3,
  },
  gaussianNegativeLogLikelihood: {
    prediction: normal(time, batch),
    loss: (x, o, y = target) => gaussianNegativeLogLikelihood(x, spread, y, o),
  },
};

const factors = [2, 0, 0.5, 1, 0, 3];
const weights = device.tensor(factors, { shape: [time, batch] });
const mask = device.tensor(
  factors.map((factor) => factor > 0),
  { shape: [time, batch] },
);
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const close = async (actual: Tensor, expected: readonly number[]) => {
  const values = [...(await actual.data())];
  expect(values).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 12);
  });
};

it.each(Object.entries(cases))(
  '%s: weights multiply, and divide the mean',
  async (_name, { prediction, loss, each = 1 }) => {
    const plain = [...(await loss(prediction, { reduction: 'none' }).data())];
    for (const [given, amounts] of [
      [weights, factors],
      [mask, factors.map((factor) => Number(factor > 0))],
    ] as const) {
      const weighted = plain.map((value, i) => value * amounts[Math.floor(i / each)]!);
      await close(loss(prediction, { weights: given, reduction: 'none' }), weighted);
      await close(loss(prediction, { weights: given, reduction: 'sum' }), [total(weighted)]);
      await close(loss(prediction, { weights: given }), [total(weighted) / (total(amounts) * each)]);
    }
  },
);

it.each(Object.entries(cases))('%s: gradients of weighted losses', async (_name, { prediction, loss }) => {
  await checkGradients((x) => loss(x, { weights }), [prediction]);
  await checkGradients((x) => loss(x, { weights: mask, reduction: 'sum' }), [prediction]);
});

const padded = Object.entries(cases).filter(([name]) => !name.startsWith('crossEntropy'));
it.each(padded)('%s: a target that does not count may be NaN', async (_name, { prediction, loss }) => {
  const spoilt = [...(await target.data())].map((value, i) => (factors[i] === 0 ? Number.NaN : value));
  const targets = device.tensor(spoilt, { shape: [time, batch] });
  for (const given of [weights, mask]) {
    const expected = grad(() => loss(prediction, { weights: given }), prediction);
    const actual = grad(() => loss(prediction, { weights: given }, targets), prediction);
    await close(actual, [...(await expected.data())]);
    await close(loss(prediction, { weights: given }, targets), [await loss(prediction, { weights: given }).item()]);
  }
});

it('crossEntropy: a target that does not count may be no class, and ignoreIndex leaves out more', async () => {
  const logits = normal(time, batch, 3);
  const wild = device.tensor(Int32Array.of(2, -7, 1, 1, 99, 2), { shape: [time, batch] });
  await close(crossEntropy(logits, wild, { weights }), [await crossEntropy(logits, labels, { weights }).item()]);
  const rest = device.tensor([2, 0, 0, 0, 0, 3], { shape: [time, batch] });
  const expected = await crossEntropy(logits, labels, { weights: rest }).item();
  await close(crossEntropy(logits, wild, { weights, ignoreIndex: 1 }), [expected]);
  const some = device.tensor([1, 0, 0, 0, 0, 1].map(Boolean), { shape: [time, batch] });
  const masked = await crossEntropy(logits, labels, { weights: some }).item();
  await close(crossEntropy(logits, wild, { weights: mask, ignoreIndex: 1 }), [masked]);
});

it('crossEntropy: the mean is divided by class weights times weights', async () => {
  const logits = normal(time, batch, 3);
  const classWeights = [0.5, 2, 3];
  const plain = [...(await crossEntropy(logits, labels, { reduction: 'none' }).data())];
  const amounts = [...(await labels.data())].map((label, i) => classWeights[label]! * factors[i]!);
  const expected = total(plain.map((value, i) => value * amounts[i]!)) / total(amounts);
  await close(crossEntropy(logits, labels, { classWeights, weights }), [expected]);
});

it('crossEntropy: a weight that is ignored may be NaN, and so may a class of weight 0', async () => {
  const logits = normal(time, batch, 3);
  const spoilt = device.tensor([2, Number.NaN, 0.5, 1, Number.NaN, 3], { shape: [time, batch] });
  const wild = device.tensor(Int32Array.of(2, -1, 1, 1, -1, 2), { shape: [time, batch] });
  const expected = await crossEntropy(logits, labels, { weights }).item();
  await close(crossEntropy(logits, wild, { weights: spoilt, ignoreIndex: -1 }), [expected]);
  const never = device.tensor([0.3, Number.NEGATIVE_INFINITY, 0.1], { shape: [1, 3] });
  const options = { classWeights: [1, 0, 2], labelSmoothing: 0.3 };
  const { value, gradients } = valueAndGrad(() => crossEntropy(never, device.tensor(Int32Array.of(2)), options), never);
  const total = Math.log(Math.exp(0.3) + Math.exp(0.1));
  await close(value, [((0.7 * 2 + 0.1 * 2) * (total - 0.1) + 0.1 * (total - 0.3)) / 2]);
  expect([...(await gradients.data())].every(Number.isFinite)).toBe(true);
});

it('is NaN for no losses at all, a mean of nothing', async () => {
  const none = device.zeros([0]);
  expect(await meanSquaredError(none, none).item()).toBeNaN();
  expect(await meanSquaredError(none, none, { reduction: 'sum' }).item()).toBe(0);
  expect(await crossEntropy(device.zeros([0, 3]), device.zeros([0], 'int32')).item()).toBeNaN();
});

it('ctcLoss: weights of rows', async () => {
  const logits = normal(4, 3, 3);
  const targets = [[1], [1, 1, 1], [2, 1]];
  const [first, , last] = await ctcLoss(logits, targets, { reduction: 'none' }).data();
  const rows = device.tensor([1, 0, 3]);
  await close(ctcLoss(logits, targets, { weights: rows }), [(first! + (3 * last!) / 2) / 4]);
  await checkGradients((x) => ctcLoss(x, targets, { weights: rows }), [logits]);
});

it('weighs every number of a position alike, or each by itself', async () => {
  const [x, y] = [normal(time, batch, 2), normal(time, batch, 2)];
  const twice = device.tensor(
    factors.flatMap((factor) => [factor, factor]),
    { shape: [time, batch, 2] },
  );
  await close(meanSquaredError(x, y, { weights }), [await meanSquaredError(x, y, { weights: twice }).item()]);
});

it('refuses weights that do not fit', () => {
  const [x, y] = [normal(time, batch), normal(time, batch)];
  const run = (given: Tensor) => () => meanSquaredError(x, y, { weights: given });
  expect(run(device.ones([batch]))).toThrow(ShapeError);
  expect(run(device.ones([batch]))).toThrow(
    'meanSquaredError: weights has shape [2], expected [3, 2], as the losses, or its leading axes',
  );
  expect(run(device.ones([time, batch, 1]))).toThrow(ShapeError);
  expect(run(device.ones([time, batch], 'int32'))).toThrow(DTypeError);
  expect(run(device.ones([time, batch], 'int32'))).toThrow(
    'meanSquaredError: weights has dtype int32, expected bool or float64',
  );
  expect(() => crossEntropy(normal(time, batch, 3), labels, { weights: device.ones([time, batch, 3]) })).toThrow(
    'crossEntropy: weights has shape [3, 2, 3], expected [3, 2], as the losses, or its leading axes',
  );
  expect(() => crossEntropy(normal(time, batch, 3), labels, { classWeights: [1, 2] })).toThrow(
    'crossEntropy: classWeights has 2 entries, expected 3, one per class',
  );
  expect(() => crossEntropy(normal(time, batch, 3), labels, { classWeights: [1, -2, 1] })).toThrow(
    'crossEntropy: classWeights[1] is -2, expected a finite number of at least 0',
  );
});
