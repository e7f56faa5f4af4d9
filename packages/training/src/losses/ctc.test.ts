import { checkGradients, grad, logSoftmax, sum, valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import { ctcLoss } from '../index.ts';
import { expectClose, expectTorch, torchLosses } from '../testing/torch-losses.ts';

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 11 });
const normal = (...shape: number[]) => device.tensor(device.random.normal(shape.reduce((a, b) => a * b, 1)), { shape });

interface TorchOptions {
  readonly targets: number[][];
  readonly lengths: number[];
  readonly blank: number;
}

it.each(torchLosses<TorchOptions>('ctc_loss'))("is PyTorch's loss and gradient: $options", async (golden) => {
  const { targets, ...options } = golden.options;
  await expectTorch(device, golden, ({ logits }, reduction) =>
    ctcLoss(logits!, targets, { ...options, reduction, zeroInfinity: true }),
  );
});

// The two rows of TensorFlow's ctc_loss_op_test.py, whose losses another implementation computed.
const published = [
  {
    labels: [0, 1, 2, 1, 0],
    loss: 3.34211,
    probabilities: [
      [0.633766, 0.221185, 0.0917319, 0.0129757, 0.0142857, 0.0260553],
      [0.111121, 0.588392, 0.278779, 0.0055756, 0.00569609, 0.010436],
      [0.0357786, 0.633813, 0.321418, 0.00249248, 0.00272882, 0.0037688],
      [0.0663296, 0.643849, 0.280111, 0.00283995, 0.0035545, 0.00331533],
      [0.458235, 0.396634, 0.123377, 0.00648837, 0.00903441, 0.00623107],
    ],
  },
  {
    labels: [0, 1, 1, 0],
    loss: 5.42262,
    probabilities: [
      [0.30176, 0.28562, 0.0831517, 0.0862751, 0.0816851, 0.161508],
      [0.24082, 0.397533, 0.0557226, 0.0546814, 0.0557528, 0.19549],
      [0.230246, 0.450868, 0.0389607, 0.038309, 0.0391602, 0.202456],
      [0.280884, 0.429522, 0.0326593, 0.0339046, 0.0326856, 0.190345],
      [0.423286, 0.315517, 0.0338439, 0.0393744, 0.0339315, 0.154046],
    ],
  },
];

it.each(published)('gives the published loss $loss', async ({ labels, loss, probabilities }) => {
  const logits = device.tensor(probabilities.map((row) => [row.map((p) => Math.log(p))]));
  expect(await ctcLoss(logits, [labels], { blank: 5, reduction: 'sum' }).item()).toBeCloseTo(loss, 5);
});

/** What a path of classes spells: repetitions merged, then blanks left out. */
const spelling = (path: readonly number[], blank: number) =>
  path.filter((label, t) => label !== blank && label !== path[t - 1]);

/** The sum of the probabilities of all paths that spell the labels. */
function exhaustive(probabilities: readonly (readonly number[])[], labels: readonly number[], blank: number): number {
  const walk = (path: readonly number[], probability: number): number =>
    path.length < probabilities.length
      ? probabilities[path.length]!.reduce((total, p, k) => total + walk([...path, k], probability * p), 0)
      : spelling(path, blank).join() === labels.join()
        ? probability
        : 0;
  return walk([], 1);
}

it.each([0, 1, 2])('is the sum over all paths, with blank %i', async (blank) => {
  const [time, classes] = [5, 3];
  const [a, b] = [0, 1, 2].filter((k) => k !== blank) as [number, number];
  const logits = normal(time, 1, classes);
  const flat = await logSoftmax(logits).data();
  const probabilities = Array.from({ length: time }, (_, t) => [0, 1, 2].map((k) => Math.exp(flat[3 * t + k]!)));
  const sequences = [[], [a], [a, a], [a, b], [b, b, a], [a, a, a], [a, b, a, b], [a, a, b, b]];
  for (const labels of sequences) {
    const loss = await ctcLoss(logits, [labels], { blank, reduction: 'sum' }).item();
    const probability = exhaustive(probabilities, labels, blank);
    if (probability === 0) expect(loss).toBe(Number.POSITIVE_INFINITY);
    else expectClose([loss], [-Math.log(probability)]);
  }
});

it('is the same for a row alone and in a batch, whatever stands beyond its end', async () => {
  const logits = await normal(6, 3, 4).data();
  const lengths = [4, 6, 2];
  const targets = [[1, 2], [3, 3, 1], [2]];
  const spoilt = logits.map((value, i) => (Math.floor(i / 12) < lengths[Math.floor(i / 4) % 3]! ? value : Number.NaN));
  const all = device.tensor(spoilt, { shape: [6, 3, 4] });
  const { value, gradients } = valueAndGrad(() => ctcLoss(all, targets, { lengths, reduction: 'sum' }), all);
  const slopes = [...(await gradients.data())];
  let total = 0;
  for (const [row, length] of lengths.entries()) {
    const steps = Array.from({ length }, (_, t) => [logits.slice((t * 3 + row) * 4).slice(0, 4)]);
    const x = device.tensor(steps.map((step) => [Array.from(step[0]!)]));
    const alone = valueAndGrad(() => ctcLoss(x, [targets[row]!], { reduction: 'sum' }), x);
    total += await alone.value.item();
    const part = Array.from({ length }, (_, t) => slopes.slice((t * 3 + row) * 4, (t * 3 + row) * 4 + 4));
    expectClose(part.flat(), [...(await alone.gradients.data())]);
  }
  expectClose([await value.item()], [total]);
  const beyond = slopes.filter((_, i) => Math.floor(i / 12) >= lengths[Math.floor(i / 4) % 3]!);
  expect(beyond.filter((slope) => slope !== 0)).toEqual([]);
});

it('is Infinity for a target out of reach, or 0 on demand; neither has a gradient', async () => {
  const logits = normal(3, 4, 3);
  const targets = [[1, 2, 1, 2], [1, 1, 1], [], [1, 2]];
  const options = { lengths: [3, 3, 0, 0], reduction: 'none' } as const;
  const infinite = Number.POSITIVE_INFINITY;
  expect([...(await ctcLoss(logits, targets, options).data())].map(Math.abs)).toEqual([
    infinite,
    infinite,
    0,
    infinite,
  ]);
  const zeros = ctcLoss(logits, targets, { ...options, zeroInfinity: true });
  expect([...(await zeros.data())].map(Math.abs)).toEqual([0, 0, 0, 0]);
  for (const zeroInfinity of [false, true]) {
    const gradient = await grad(() => sum(ctcLoss(logits, targets, { ...options, zeroInfinity })), logits).data();
    expect([...gradient].filter((slope) => slope !== 0)).toEqual([]);
  }
});

it('takes classes of probability 0, and keeps NaN as NaN', async () => {
  const never = Number.NEGATIVE_INFINITY;
  const logits = device.tensor([[[0, 0, never]], [[0, 0, never]]]);
  const { value, gradients } = valueAndGrad(() => ctcLoss(logits, [[1]], { reduction: 'sum' }), logits);
  expect(await value.item()).toBeCloseTo(-Math.log(3 / 4), 12);
  expectClose(await gradients.data(), [1 / 6, -1 / 6, 0, 1 / 6, -1 / 6, 0]);
  expect(await ctcLoss(logits, [[2]]).item()).toBe(Number.POSITIVE_INFINITY);
  const broken = device.tensor([[[0, Number.NaN, 0]]]);
  expect(await ctcLoss(broken, [[1]], { zeroInfinity: true }).item()).toBeNaN();
});

it('stays finite in float32 over many confident steps that are wrong', async () => {
  const [time, classes] = [2000, 4];
  const data = Float32Array.from({ length: time * classes }, (_, i) => (i % classes === 3 ? 60 : -60));
  const logits = device.tensor(data, { shape: [time, 1, classes] });
  const { value, gradients } = valueAndGrad(() => ctcLoss(logits, [[1, 2]], { reduction: 'sum' }), logits);
  expect((await value.item()) / (120 * time)).toBeCloseTo(1, 2);
  expect([...(await gradients.data())].every(Number.isFinite)).toBe(true);
});

it('has the gradients of its values, and theirs', async () => {
  const targets = [[1, 2, 2], [3], []];
  for (const options of [{}, { lengths: [6, 3, 4] }, { reduction: 'sum', blank: 4 } as const]) {
    const loss = (z: Tensor) => ctcLoss(z, targets, options);
    await checkGradients(loss, [normal(6, 3, 5)]);
  }
  const small = (z: Tensor) => ctcLoss(z, [[1, 1]]);
  await checkGradients((z) => sum(grad(() => small(z), z)), [normal(4, 1, 3)], { tolerance: 1e-5 });
});

it('leaves nothing behind', async () => {
  const logits = normal(5, 2, 3);
  const { live } = device;
  const { value, gradients } = valueAndGrad(() => ctcLoss(logits, [[1], [2, 1]]), logits);
  value.dispose();
  gradients.dispose();
  ctcLoss(logits, [[1], [2, 1]]).dispose();
  expect(device.live).toBe(live);
});

it('says what is wrong', () => {
  const logits = device.zeros([4, 2, 3]);
  const messages: readonly [work: () => unknown, message: string][] = [
    [() => ctcLoss(device.zeros([4, 3]), []), 'ctcLoss: logits has shape [4, 3], expected [time, batch, classes]'],
    [() => ctcLoss(device.zeros([4, 2, 3], 'int32'), []), 'ctcLoss: logits has dtype int32, expected a float dtype'],
    [() => ctcLoss(logits, [[1]]), 'ctcLoss: targets has 1 entries, expected 2, one per row of the batch'],
    [() => ctcLoss(logits, [[1], [2, 3]]), 'ctcLoss: targets[1][1] is 3, expected a label, 0 to 2 but for the blank 0'],
    [() => ctcLoss(logits, [[1], [0]]), 'ctcLoss: targets[1][0] is 0, expected a label, 0 to 2 but for the blank 0'],
    [() => ctcLoss(logits, [[1.5], []]), 'ctcLoss: targets[0][0] is 1.5, expected a label, 0 to 2 but for the blank 0'],
    [() => ctcLoss(logits, [[], []], { blank: 3 }), 'ctcLoss: blank is 3, expected a class, 0 to 2'],
    [
      () => ctcLoss(logits, [[], []], { lengths: [4] }),
      'ctcLoss: lengths has 1 entries, expected 2, one per row of the batch',
    ],
    [
      () => ctcLoss(logits, [[], []], { lengths: [4, 5] }),
      'ctcLoss: lengths[1] is 5, expected a whole number from 0 to 4',
    ],
    [
      () => ctcLoss(logits, [[], []], { reduction: 'average' as never }),
      'ctcLoss: reduction is average, expected mean, sum or none',
    ],
  ];
  for (const [work, message] of messages) expect(work).toThrow(message);
});
