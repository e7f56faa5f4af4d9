import { mean, multiply, square, subtract } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, Random, type Tensor, tensorsIn } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { Linear } from '@sluice/layers';
import { describe, expect, it } from 'vitest';
import { fit, NonFiniteError, SGD } from '../index.ts';
import { type Carry, collect, pairs, setUp, stepsOf } from '../testing/problems.ts';

/** Rows of two inputs, in batches of so many rows. */
function rows(sizes: readonly number[]): BatchSource<Float64Array> {
  return {
    batchesPerEpoch: sizes.length,
    async *epoch(index, start = 0) {
      const all = new Random(index).normal(2 * sizes.reduce((sum, size) => sum + size, 0));
      let from = 0;
      for (const [k, size] of sizes.entries()) {
        if (k >= start) yield all.slice(from, from + 2 * size);
        from += 2 * size;
      }
    },
  };
}

async function train(sizes: readonly number[], accumulate?: number, weighted = false) {
  const device = new Device(createJsBackend(), { seed: 3, dtype: 'float64' });
  const model = new Linear(device, { inputSize: 2, outputSize: 1 });
  const optimizer = new SGD(model.parameters(), { learningRate: 0.1, momentum: 0.9 });
  const loss = (x: Float64Array) => {
    const inputs = device.tensor(x, { shape: [x.length / 2, 2], dtype: 'float64' });
    return mean(square(subtract(model.call(inputs), 1)));
  };
  const more = { ...(accumulate === undefined ? {} : { accumulate }), ...(weighted ? { items: countRows } : {}) };
  const { live } = device;
  const events = await collect(
    fit({ model, optimizer, data: rows(sizes), epochs: 3, loss, clip: { globalNorm: 1 }, ...more }),
  );
  expect(device.live).toBe(live);
  const weights = [...(await model.stateDict()).values()].flatMap(({ data }) => [...data]);
  return { weights, steps: stepsOf(events), epochs: events.filter(({ type }) => type === 'epoch') };
}

const countRows = (x: Float64Array) => x.length / 2;

function expectSame(found: Awaited<ReturnType<typeof train>>, expected: Awaited<ReturnType<typeof train>>): void {
  expect(found.steps).toHaveLength(expected.steps.length);
  for (const [k, { loss, gradientNorm }] of expected.steps.entries()) {
    expect(found.steps[k]!.loss).toBeCloseTo(loss, 13);
    expect(found.steps[k]!.gradientNorm).toBeCloseTo(gradientNorm, 13);
  }
  for (const [k, weight] of expected.weights.entries()) expect(found.weights[k]).toBeCloseTo(weight, 13);
}

describe('accumulate', () => {
  it('computes what one large batch does', async () => {
    expectSame(await train([4, 4, 4, 4, 4, 4], 3), await train([12, 12]));
  });

  it('does so for unequal batches when it knows their items, and for what is left at the end of an epoch', async () => {
    expectSame(await train([1, 4, 7, 3, 2], 3, true), await train([12, 5], 1, true));
  });

  it('is not much of a change for one batch', async () => {
    expect((await train([5, 5], 1)).weights).toEqual((await train([5, 5])).weights);
  });

  it('counts updates as steps', async () => {
    const { steps, epochs } = await train([2, 2, 2, 2, 2], 2);
    expect(steps.slice(0, 4).map(({ step, epoch, batch, steps: all }) => [step, epoch, batch, all])).toEqual([
      [1, 0, 2, 9],
      [2, 0, 4, 9],
      [3, 0, 5, 9],
      [4, 1, 2, 9],
    ]);
    expect(steps.at(-1).remainingMilliseconds).toBe(0);
    expect(epochs[0]).toMatchObject({
      step: 3,
      loss: (4 * steps[0]!.loss + 4 * steps[1]!.loss + 2 * steps[2]!.loss) / 10,
    });
  });

  it('does at the end of an epoch what is due after a part of the batches', async () => {
    const { options } = setUp({
      data: pairs(5),
      accumulate: 2,
      epochs: 2,
      validate: { data: pairs(1), everySteps: 3 },
    });
    const events = await collect(fit(options));
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      ...['step 1', 'step 2', 'step 3', 'validation 3', 'epoch 3'],
      ...['step 4', 'step 5', 'step 6', 'validation 6', 'epoch 6', 'stopped 6'],
    ]);
  });

  it('hands states from batch to batch, and frees those between', async () => {
    const { device, options } = setUp({ data: pairs(4), epochs: 1, accumulate: 2 });
    const seen: (number | undefined)[] = [];
    const loss: typeof options.loss = (batch, carry) => {
      for (const tensor of tensorsIn(carry)) expect(tensor.disposed).toBe(false);
      seen.push(carry?.batches);
      return options.loss(batch, carry);
    };
    const { live } = device;
    for await (const event of fit({ ...options, loss })) if (event.type === 'step') expect(device.live).toBe(live + 1);
    expect(seen).toEqual([undefined, 1, 2, 3]);
    expect(device.live).toBe(live);
  });

  it('keeps a state that is carried on unchanged', async () => {
    const { device, options } = setUp({ data: pairs(6), epochs: 1, accumulate: 3 });
    let kept: Tensor | undefined;
    const loss: typeof options.loss = (batch, carry) => {
      const result = options.loss(batch, undefined) as { loss: Tensor; carry: Carry };
      if (carry) expect(carry.state.hidden.disposed).toBe(false);
      kept = carry?.state.hidden ?? result.carry.state.hidden;
      return { loss: result.loss, carry: { state: { hidden: kept }, batches: 0 } };
    };
    const { live } = device;
    await collect(fit({ ...options, loss }));
    expect(device.live).toBe(live);
  });

  it('frees everything when a later batch fails, and names the batch that is not finite', async () => {
    const { device, options } = setUp({ data: pairs(4), epochs: 1, accumulate: 3 });
    const { live } = device;
    let calls = 0;
    const failing: typeof options.loss = (batch, carry) => {
      if (++calls === 3) throw new Error('third');
      return options.loss(batch, carry);
    };
    await expect(collect(fit({ ...options, loss: failing }))).rejects.toThrow('third');
    expect(device.live).toBe(live);
    const bad: typeof options.data = {
      batchesPerEpoch: 3,
      async *epoch() {
        let k = 0;
        for await (const batch of pairs(3).epoch(0)) {
          if (k++ === 1) batch.x.data[5] = Number.NaN;
          yield batch;
        }
      },
    };
    const error = await collect(fit({ ...options, data: bad })).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as NonFiniteError).details.inputs).toEqual(['batch.1.x holds NaN']);
    expect(device.live).toBe(live);
  });

  it('is not begun when the signal aborts while batches are awaited', async () => {
    const { options } = setUp({ accumulate: 2 });
    const data: typeof options.data = {
      batchesPerEpoch: 3,
      async *epoch() {
        yield* pairs(3).epoch(0);
        await new Promise(() => undefined);
      },
    };
    const events = await collect(fit({ ...options, data, signal: AbortSignal.timeout(50) }));
    expect(events.map(({ type, step }) => [type, step])).toEqual([
      ['step', 1],
      ['stopped', 1],
    ]);
  });

  it('has a mean of losses whatever their shape', async () => {
    const { model, options } = setUp({ data: pairs(2), epochs: 1, accumulate: 2 });
    const { device } = model;
    const loss: typeof options.loss = ({ x }) => ({
      loss: multiply(mean(square(model.call(device.tensor(x)).y), [0, 1]), 2),
    });
    const [step] = stepsOf(await collect(fit({ ...options, loss })));
    expect(step!.loss).toBeGreaterThan(0);
  });
});
