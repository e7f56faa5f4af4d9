import { mean, square, subtract } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { Linear } from '@sluice/layers';
import { describe, expect, it } from 'vitest';
import { accuracy, crossEntropy, fit, type LossFunction, NonFiniteError, SGD } from '../index.ts';
import { collect, pairs, setUp, stepsOf } from '../testing/problems.ts';
import { itemsOf } from './items.ts';

function classifier() {
  const device = new Device(createJsBackend(), { seed: 1 });
  const model = new Linear(device, { inputSize: 2, outputSize: 3 });
  return { device, model, optimizer: new SGD(model.parameters(), { learningRate: 0.1 }) };
}

function sourceOf<Batch>(batches: readonly Batch[]): BatchSource<Batch> {
  return {
    batchesPerEpoch: batches.length,
    async *epoch(_index, start = 0) {
      yield* batches.slice(start);
    },
  };
}

describe('a batch in which no position counts', () => {
  const targets = [
    [0, 1],
    [-1, -1],
    [2, -1],
  ];
  const counted = (batch: readonly number[]) => batch.filter((target) => target >= 0).length;

  function losses(): ReturnType<typeof classifier> & { loss: LossFunction<readonly number[], undefined> } {
    const made = classifier();
    const loss = (batch: readonly number[]) => {
      const x = made.device.tensor([
        [1, 2],
        [3, 4],
      ]);
      return crossEntropy(made.model.call(x), made.device.tensor(Int32Array.from(batch)), { ignoreIndex: -1 });
    };
    return { ...made, loss };
  }

  it('adds nothing to an accumulated update', async () => {
    const train = async (batches: number[][]) => {
      const { model, optimizer, loss } = losses();
      const data = sourceOf(batches);
      const events = await collect(fit({ model, optimizer, data, epochs: 2, loss, accumulate: 3, items: counted }));
      return { weights: await model.stateDict(), losses: stepsOf(events).map((event) => event.loss) };
    };
    const found = await train(targets);
    expect(found.losses.every(Number.isFinite)).toBe(true);
    expect(found).toEqual(await train([targets[0]!, targets[2]!]));
  });

  it('makes no update of its own, says so, and does not weigh in means', async () => {
    const { device, model, optimizer, loss } = losses();
    const { live } = device;
    const validate = { data: sourceOf(targets) };
    const options = { model, optimizer, data: sourceOf(targets), epochs: 1, loss, items: counted, validate };
    const events = await collect(fit(options));
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      ...['step 1', 'skipped 1', 'step 2', 'epoch 2', 'validation 2', 'stopped 2'],
    ]);
    expect(events[1]).toMatchObject({ batch: 2 });
    const [first, second] = stepsOf(events);
    expect(events.find(({ type }) => type === 'epoch')).toMatchObject({ loss: (2 * first!.loss + second!.loss) / 3 });
    expect(device.live).toBe(live);
  });

  it('moves the carry on', async () => {
    const { options } = setUp({ data: pairs(3), epochs: 1 });
    const seen: unknown[] = [];
    const loss: typeof options.loss = (batch, carry) => {
      seen.push(carry?.batches);
      return options.loss(batch, carry);
    };
    let call = 0;
    const items = () => (++call % 2 === 0 ? 0 : 1);
    await collect(fit({ ...options, loss, items }));
    expect(seen).toEqual([undefined, 1, 2]);
  });

  it('is said to be such where `items` does not tell', async () => {
    const { model, optimizer, loss } = losses();
    const events = collect(fit({ model, optimizer, data: sourceOf([[-1, -1]]), epochs: 1, loss }));
    const error = (await events.catch((caught: unknown) => caught)) as NonFiniteError;
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.message).toMatch(/^fit: step 1: no position counts in crossEntropy, /);
    expect(error.details).toMatchObject({ operation: 'crossEntropy', pass: 'forward' });
  });

  it('is an error when there are no others', async () => {
    const { model, optimizer, loss } = losses();
    const options = { model, optimizer, data: sourceOf([[-1, -1]]), epochs: 1, loss, items: counted };
    await expect(collect(fit(options))).rejects.toThrow(
      'fit: no position counts: items gave 0 for every batch in epoch 0',
    );
    const validate = { data: sourceOf([[-1, -1]]) };
    const validated = collect(fit({ ...options, data: sourceOf([[0, 1]]), validate }));
    await expect(validated).rejects.toThrow('fit: no position counts in validate.data');
  });
});

describe('without `items`', () => {
  it.each(['batch first', 'time major'])('a short last batch does not distort means (%s)', async (layout) => {
    const { device, model, optimizer } = classifier();
    const rows = (count: number, from: number) => {
      const labels = Int32Array.from({ length: count }, (_, i) => ((from + i) * 7) % 3);
      const data = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(from * 2 + i));
      const shape = layout === 'batch first' ? [count, 2] : [1, count, 2];
      return { inputs: { dtype: 'float32', shape, data } as const, targets: labels };
    };
    const logits = ({ inputs }: ReturnType<typeof rows>) =>
      model.call(device.tensor(inputs.data, { shape: [inputs.data.length / 2, 2] }));
    const loss = (batch: ReturnType<typeof rows>) => {
      const y = logits(batch);
      const labels = device.tensor(batch.targets);
      return { loss: crossEntropy(y, labels), metrics: { accuracy: accuracy(y, labels) } };
    };
    const batches = [rows(16, 0), rows(16, 16), rows(4, 32)];
    const run = async (validated: typeof batches) => {
      const options = { model, optimizer, data: sourceOf(batches), epochs: 1, loss };
      optimizer.learningRate = 0;
      const events = await collect(fit({ ...options, validate: { data: sourceOf(validated) } }));
      const validation = events.flatMap((event) => (event.type === 'validation' ? [event] : []))[0]!;
      const epoch = events.flatMap((event) => (event.type === 'epoch' ? [event] : []))[0]!;
      return { ...validation, epochLoss: epoch.loss };
    };
    const parts = await run(batches);
    const whole = await run([rows(36, 0)]);
    expect(parts.metrics.accuracy! * 36).toBeCloseTo(Math.round(whole.metrics.accuracy! * 36), 4);
    expect(parts.metrics.accuracy!).toBeCloseTo(whole.metrics.accuracy!, 5);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.epochLoss).toBeCloseTo(whole.loss, 5);
  });

  it('weighs accumulated batches by their size', async () => {
    const train = async (sizes: number[]) => {
      const { device, model, optimizer } = classifier();
      let from = 0;
      const batches = sizes.map((size) => {
        const x = Array.from({ length: size }, (_, i) => [Math.sin(from + i), Math.cos(from + i)]);
        from += size;
        return x;
      });
      const loss = (x: number[][]) => mean(square(subtract(model.call(device.tensor(x)), 1)));
      await collect(fit({ model, optimizer, data: sourceOf(batches), epochs: 1, loss, accumulate: 3 }));
      return [...(await model.stateDict()).values()].flatMap(({ data }) => [...data]);
    };
    const whole = await train([9]);
    for (const [i, weight] of (await train([4, 4, 1])).entries()) expect(weight).toBeCloseTo(whole[i]!, 6);
  });

  it.each<[expected: number, batch: unknown]>([
    [3, ['a', 'b', 'c']],
    [1, []],
    [1, 7],
    [1, undefined],
    [1, { text: 'a' }],
    [4, { x: new Float32Array(8), y: new Int32Array(4) }],
    [
      4,
      [
        { dtype: 'float32', shape: [4, 2], data: new Float32Array(8) },
        { shape: [4], data: new Int32Array(4) },
      ],
    ],
    [5, { inputs: { shape: [9, 5, 2], data: [] }, known: { shape: [3, 5, 0], data: [] }, origins: new Int32Array(5) }],
    [6, { inputs: { shape: [3, 2], data: [] }, scale: { shape: [], data: [1] } }],
    [2, new Map([['labels', [[1], [2, 3]]]])],
    [4, [new Float32Array(12), new Int32Array(4)]],
    [4, [new Float32Array(12), new Float32Array(4)]],
    [
      4,
      [
        [[1], [2], [3], [4]],
        [0, 1, 0, 1],
      ],
    ],
    [4, [{ words: new Float32Array(8) }, new Int32Array(4)]],
    [4, { pair: [new Float32Array(12), new Int32Array(4)], name: 'a' }],
    [3, [[[1], [2]], [[3]], []]],
    [3, [new Int32Array(5), new Int32Array(9), new Int32Array(3)]],
    [4, [[1], [2, 3], [4], [5, 6]]],
    [2, [{ x: [1, 2, 3] }, { x: [4, 5, 6] }]],
    [
      2,
      [
        [new Float32Array(3), 1],
        [new Float32Array(3), 0],
      ],
    ],
  ])('the size of a batch is %d for %o', (expected, batch) => {
    expect(itemsOf(batch, undefined)).toBe(expected);
  });
});
