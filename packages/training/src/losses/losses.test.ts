import { checkGradients, grad, multiply, sum } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, DTypeError, IndexError, OptionError, ShapeError, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import { binaryCrossEntropy, crossEntropy, huber, meanAbsoluteError, meanSquaredError } from '../index.ts';

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 3 });
const random = device.random.fork('losses');
const normal = (...shape: number[]) => device.tensor(random.normal(shape.reduce((a, b) => a * b, 1)), { shape });
const int32 = (values: number[], shape = [values.length]) => device.tensor(Int32Array.from(values), { shape });

const close = async (actual: Tensor, expected: number | readonly number[]) => {
  const wanted = typeof expected === 'number' ? [expected] : expected;
  const values = [...(await actual.data())];
  expect(values).toHaveLength(wanted.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, 12);
  });
};

/** -log softmax of each class, from the definition. */
const surprise = (logits: readonly number[]) => {
  const total = logits.reduce((all, x) => all + Math.exp(x), 0);
  return logits.map((x) => Math.log(total) - x);
};
const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const rows = [
  [0.2, -1.3, 2.1, 0.4],
  [1.5, 0.1, -0.7, -2.2],
  [-0.4, 0.9, 0.3, 1.1],
];
const logits = () => device.tensor(rows);

it('is the mean surprise of the targets', async () => {
  const each = [2, 0, 1].map((target, row) => surprise(rows[row]!)[target]!);
  await close(crossEntropy(logits(), int32([2, 0, 1])), average(each));
  await close(crossEntropy(logits(), int32([2, 0, 1]), { reduction: 'mean' }), average(each));
  await close(crossEntropy(logits(), int32([2, 0, 1]), { reduction: 'sum' }), 3 * average(each));
  await close(crossEntropy(logits(), int32([2, 0, 1]), { reduction: 'none' }), each);
});

it('is ln 4 for four equal logits, however large', async () => {
  await close(crossEntropy(device.full([5, 4], 1e4), int32([0, 1, 2, 3, 0])), Math.log(4));
});

it('takes leading axes', async () => {
  const x = normal(2, 3, 4);
  const flat = crossEntropy(device.tensor(await x.data(), { shape: [6, 4] }), int32([0, 1, 2, 3, 0, 1]));
  await close(crossEntropy(x, int32([0, 1, 2, 3, 0, 1], [2, 3])), await flat.item());
});

it.each([-100, 3])('leaves the target %i out of loss, mean and gradient', async (ignoreIndex) => {
  const targets = int32([2, ignoreIndex, 1]);
  const each = [surprise(rows[0]!)[2]!, 0, surprise(rows[2]!)[1]!];
  await close(crossEntropy(logits(), targets, { ignoreIndex, reduction: 'none' }), each);
  await close(crossEntropy(logits(), targets, { ignoreIndex }), (each[0]! + each[2]!) / 2);
  await close(crossEntropy(logits(), targets, { ignoreIndex, reduction: 'sum' }), each[0]! + each[2]!);
  const x = logits();
  const gradient = await grad(() => crossEntropy(x, targets, { ignoreIndex }), x).data();
  expect([...gradient.slice(4, 8)].map(Math.abs)).toEqual([0, 0, 0, 0]);
});

it('is NaN when every target is ignored, a mean of nothing, and the sum is 0', async () => {
  const targets = int32([-1, -1, -1]);
  expect(await crossEntropy(logits(), targets, { ignoreIndex: -1 }).item()).toBeNaN();
  expect(await crossEntropy(logits(), targets, { ignoreIndex: -1, reduction: 'sum' }).item()).toBe(0);
});

it('spreads a share of each target over all classes', async () => {
  const s = 0.1;
  const each = [2, 0, 1].map((target, row) => {
    const surprises = surprise(rows[row]!);
    return surprises.reduce((all, x, k) => all + ((k === target ? 1 - s : 0) + s / 4) * x, 0);
  });
  await close(crossEntropy(logits(), int32([2, 0, 1]), { labelSmoothing: s }), average(each));
  const ignored = crossEntropy(logits(), int32([2, -1, 1]), { labelSmoothing: s, ignoreIndex: -1 });
  await close(ignored, (each[0]! + each[2]!) / 2);
});

it('refuses what is no classification', () => {
  expect(() => crossEntropy(logits(), int32([0, 1]))).toThrow(ShapeError);
  expect(() => crossEntropy(logits(), int32([0, 1]))).toThrow(
    "crossEntropy: targets has shape [2], expected [3], the logits' shape without its last axis",
  );
  expect(() => crossEntropy(logits(), device.tensor([0, 1, 2]))).toThrow(DTypeError);
  expect(() => crossEntropy(logits(), device.tensor([0, 1, 2]))).toThrow(
    'crossEntropy: targets has dtype float64, expected int32',
  );
  expect(() => crossEntropy(logits(), int32([0, 1, 4]))).toThrow(IndexError);
  expect(() => crossEntropy(logits(), int32([0, 1, -1]))).toThrow(IndexError);
  expect(() => crossEntropy(logits(), int32([0, 1, 2]), { labelSmoothing: 1.1 })).toThrow(
    'crossEntropy: labelSmoothing is 1.1, expected a number from 0 to 1',
  );
  expect(() => crossEntropy(logits(), int32([0, 1, 2]), { ignoreIndex: 0.5 })).toThrow(
    'crossEntropy: ignoreIndex is 0.5, expected a whole number',
  );
});

it.each([crossEntropy, meanSquaredError, binaryCrossEntropy])('refuses an unknown reduction (%o)', (loss) => {
  const targets = loss === crossEntropy ? int32([0, 1, 2]) : logits();
  const run = () => loss(logits(), targets, { reduction: 'average' as never });
  expect(run).toThrow(OptionError);
  expect(run).toThrow(/: reduction is average, expected mean, sum or none$/);
});

const x = [-1.5, 0.2, 3, -0.4];
const y = [0.5, 0.1, 0, -0.4];
const pairs = <R>(compute: (a: number, b: number) => R) => x.map((value, i) => compute(value, y[i]!));

it("is the mean of squares, of distances, and of Huber's function", async () => {
  const [a, b] = [device.tensor(x), device.tensor(y)];
  await close(meanSquaredError(a, b), average(pairs((p, t) => (p - t) ** 2)));
  await close(meanAbsoluteError(a, b), average(pairs((p, t) => Math.abs(p - t))));
  const rule = (delta: number) =>
    pairs((p, t) => {
      const d = Math.abs(p - t);
      return d <= delta ? d ** 2 / 2 : delta * (d - delta / 2);
    });
  await close(huber(a, b), average(rule(1)));
  await close(huber(a, b, { delta: 2.5, reduction: 'none' }), rule(2.5));
});

it('is -t log s(x) - (1 - t) log(1 - s(x)), the first part weighted', async () => {
  const targets = [1, 0, 0.3, 1];
  const s = (value: number) => 1 / (1 + Math.exp(-value));
  const rule = (weight: number) =>
    x.map((value, i) => -weight * targets[i]! * Math.log(s(value)) - (1 - targets[i]!) * Math.log(1 - s(value)));
  const [a, b] = [device.tensor(x), device.tensor(targets)];
  await close(binaryCrossEntropy(a, b), average(rule(1)));
  await close(binaryCrossEntropy(a, b, { positiveWeight: 3, reduction: 'none' }), rule(3));
  const each = device.tensor([3, 3, 3, 3]);
  await close(binaryCrossEntropy(a, b, { positiveWeight: each, reduction: 'sum' }), 4 * average(rule(3)));
});

it('neither overflows nor cancels for large logits', async () => {
  const a = device.tensor([1000, -1000, 1000, -1000, 40, -40]);
  const b = device.tensor([1, 0, 0, 1, 1, 0]);
  const [, , ...values] = await binaryCrossEntropy(a, b, { reduction: 'none' }).data();
  expect(values.slice(0, 2)).toEqual([1000, 1000]);
  expect(values[2]! / Math.exp(-40)).toBeCloseTo(1, 12);
  expect(values[3]! / Math.exp(-40)).toBeCloseTo(1, 12);
});

it.each([
  ['meanSquaredError', meanSquaredError, 'target', 'prediction'],
  ['meanAbsoluteError', meanAbsoluteError, 'target', 'prediction'],
  ['huber', huber, 'target', 'prediction'],
  ['binaryCrossEntropy', binaryCrossEntropy, 'targets', 'logits'],
])('broadcasts nothing (%s)', (name, loss, argument, role) => {
  const run = () => loss(device.zeros([3, 1]), device.zeros([3]));
  expect(run).toThrow(ShapeError);
  expect(run).toThrow(`${name}: ${argument} has shape [3], expected [3, 1], as the ${role}`);
});

it('refuses options outside their range', () => {
  expect(() => huber(device.zeros([1]), device.zeros([1]), { delta: 0 })).toThrow(
    'huber: delta is 0, expected a finite number above 0',
  );
  expect(() => binaryCrossEntropy(device.zeros([1]), device.zeros([1]), { positiveWeight: -1 })).toThrow(
    'binaryCrossEntropy: positiveWeight is -1, expected a finite number of at least 0, or a tensor',
  );
});

it('has the gradients of its values', async () => {
  const targets = int32([2, 0, 3, 1, 1, 0], [2, 3]);
  for (const options of [{}, { ignoreIndex: 1 }, { labelSmoothing: 0.2 }, { labelSmoothing: 0.2, ignoreIndex: 0 }]) {
    await checkGradients((z) => crossEntropy(z, targets, options), [normal(2, 3, 4)]);
    const weights = normal(2, 3);
    const weighted = (z: Tensor) => sum(multiply(crossEntropy(z, targets, { ...options, reduction: 'none' }), weights));
    await checkGradients(weighted, [normal(2, 3, 4)]);
  }
  const inputs = () => [normal(3, 2), normal(3, 2)];
  await checkGradients((p, t) => meanSquaredError(p, t), inputs());
  await checkGradients((p, t) => meanAbsoluteError(p, t), inputs());
  await checkGradients((p, t) => huber(p, t, { delta: 0.7 }), inputs());
  await checkGradients((p, t) => binaryCrossEntropy(p, t), inputs());
  await checkGradients((p, t) => binaryCrossEntropy(p, t, { positiveWeight: 2.5 }), inputs());
});
