import { mean, multiply, square } from '@sluice/autograd';
import { OptionError, type TensorData, tensorsIn } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { describe, expect, it } from 'vitest';
import { fit, ReduceOnPlateau, SGD } from '../index.ts';
import { bitsOf, type Carry, collect, type Pair, pairs, setUp, stepsOf, toy } from '../testing/problems.ts';

it('learns', async () => {
  const { options } = setUp({ epochs: 40, clip: { globalNorm: 1 } });
  const steps = stepsOf(await collect(fit(options)));
  expect(steps).toHaveLength(200);
  expect(steps.at(-1).smoothedLoss).toBeLessThan(0.3 * steps[0]!.loss);
});

it('repeats itself bit by bit', async () => {
  const [first, second] = [setUp(), setUp()];
  const losses = stepsOf(await collect(fit(first.options))).map(({ loss }) => loss);
  expect(stepsOf(await collect(fit(second.options))).map(({ loss }) => loss)).toEqual(losses);
  expect(await bitsOf(second.model)).toEqual(await bitsOf(first.model));
});

it('tells of steps, epochs and the end, in order', async () => {
  const { options, optimizer } = setUp({ data: pairs(2), items: () => 8 });
  const events = await collect(fit(options));
  expect(events.map(({ type, step, epoch }) => [type, step, epoch])).toEqual([
    ['step', 1, 0],
    ['step', 2, 0],
    ['epoch', 2, 1],
    ['step', 3, 1],
    ['step', 4, 1],
    ['epoch', 4, 2],
    ['stopped', 4, 2],
  ]);
  expect(events.at(-1)).toEqual({ type: 'stopped', step: 4, epoch: 2, reason: 'finished', best: undefined });
  const [one, two, three, four] = stepsOf(events);
  expect([one, two, three, four].map((step) => step!.batch)).toEqual([1, 2, 1, 2]);
  expect(events[2]).toMatchObject({ loss: (one!.loss + two!.loss) / 2 });
  expect(two!.smoothedLoss).toBeCloseTo((0.98 * one!.loss + two!.loss) / 1.98, 12);
  expect(one!.learningRate).toBe(optimizer.learningRate);
  expect(four!.itemsPerSecond).toBeGreaterThan(0);
  expect(four!.elapsedMilliseconds).toBeGreaterThanOrEqual(one!.elapsedMilliseconds);
  expect(two!.remainingMilliseconds).toBeGreaterThan(0);
  expect(four!.remainingMilliseconds).toBe(0);
});

it('does without the number of batches and items', async () => {
  const { options } = setUp({ data: pairs(2, { counted: false }), epochs: 1 });
  const [step] = stepsOf(await collect(fit(options)));
  expect(step).toMatchObject({ remainingMilliseconds: undefined, itemsPerSecond: undefined });
});

it('leaves the device flat over 2,000 steps, and as it was at the end', async () => {
  const { device, options } = setUp({
    data: pairs(50),
    epochs: 40,
    clip: { globalNorm: 1 },
    validate: { data: pairs(2), everySteps: 500, restoreBest: true },
    averageWeights: { decay: 0.9 },
  });
  const before = [device.live, device.liveBytes];
  const sizes = new Map<number, number[]>();
  for await (const event of fit(options)) {
    if (event.type === 'step') sizes.set(event.step, [device.live, device.liveBytes]);
  }
  expect(sizes.get(1999)).toEqual(sizes.get(10));
  expect(sizes.get(2000)).toEqual(sizes.get(10));
  expect([device.live, device.liveBytes]).toEqual(before);
});

describe('schedule', () => {
  it('sets the rate of each step from the number of steps before', async () => {
    const { options } = setUp({ schedule: (step) => 0.1 / (1 + step), data: pairs(3), epochs: 1 });
    expect(stepsOf(await collect(fit(options))).map(({ learningRate }) => learningRate)).toEqual([0.1, 0.05, 0.1 / 3]);
  });

  it('observes validation losses, or else the mean losses of epochs', async () => {
    const seen: number[] = [];
    const schedule = { learningRate: 0.01, observe: (loss: number) => void seen.push(loss), state: {} };
    const events = await collect(fit(setUp({ schedule }).options));
    expect(seen).toEqual(events.flatMap((event) => (event.type === 'epoch' ? [event.loss] : [])));
    seen.length = 0;
    const validated = await collect(fit(setUp({ schedule, validate: { data: pairs(1), everySteps: 4 } }).options));
    expect(seen).toEqual(validated.flatMap((event) => (event.type === 'validation' ? [event.loss] : [])));
    expect(seen).toHaveLength(2);
  });

  it('reduces on a plateau', async () => {
    const schedule = new ReduceOnPlateau({ learningRate: 0, factor: 0.5, patience: 0 });
    schedule.state = { ...schedule.state, learningRate: 0 };
    const { options } = setUp({ schedule, validate: { data: pairs(1) }, epochs: 3 });
    await collect(fit(options));
    expect(schedule.learningRate).toBe(0);
  });
});

describe('clip', () => {
  it.each([{ value: 1e-3 }, { norm: 1e-3 }, { globalNorm: 1e-3 }])('limits the update by %o', async (clip) => {
    const { model, loss } = toy();
    const optimizer = new SGD(model.parameters(), { learningRate: 1 });
    const before = await model.stateDict();
    const [step] = stepsOf(await collect(fit({ model, optimizer, data: pairs(1), epochs: 1, loss, clip })));
    const after = await model.stateDict();
    const changes = [...after].map(([name, { data }]) => [...data].map((v, i) => v - before.get(name)!.data[i]!));
    const norms = changes.map((change) => Math.hypot(...change));
    expect(step!.gradientNorm).toBeGreaterThan(1e-2);
    if ('value' in clip) expect(Math.max(...changes.flat().map(Math.abs))).toBeCloseTo(1e-3, 6);
    if ('norm' in clip) expect(Math.max(...norms)).toBeCloseTo(1e-3, 6);
    if ('globalNorm' in clip) expect(Math.hypot(...norms)).toBeCloseTo(1e-3, 6);
  });
});

describe('carry', () => {
  it('hands states from batch to batch and begins anew with each epoch', async () => {
    const seen: (number | undefined)[] = [];
    const { options } = setUp({ data: pairs(3) });
    const { loss } = options;
    const spy: typeof loss = (batch, carry) => {
      seen.push(carry?.batches);
      return loss(batch, carry);
    };
    await collect(fit({ ...options, loss: spy }));
    expect(seen).toEqual([undefined, 1, 2, undefined, 1, 2]);
  });

  it('keeps what is carried on unchanged, and frees what is not', async () => {
    const { device, model, optimizer, options } = setUp();
    const { live } = device;
    let first: object | undefined;
    const loss = (batch: Pair, carry: { kept?: object } | undefined) => {
      const { y, hidden } = model.call(device.tensor(batch.x));
      if (carry?.kept) for (const tensor of tensorsIn(carry.kept)) expect(tensor.disposed).toBe(false);
      first = carry?.kept ?? { hidden };
      return { loss: mean(square(y)), carry: { kept: first } };
    };
    const run = fit({ model, optimizer, data: options.data, epochs: 1, loss });
    for await (const event of run) if (event.type === 'step') expect(device.live).toBe(live + 1);
    expect(device.live).toBe(live);
  });

  it('refuses a parameter itself', async () => {
    const { device, model, optimizer, options } = setUp();
    const { live } = device;
    const loss = (batch: Pair) => ({
      loss: mean(square(model.call(device.tensor(batch.x)).y)),
      carry: { weight: model.head.weight },
    });
    const run = collect(fit({ model, optimizer, data: options.data, epochs: 1, loss }));
    await expect(run).rejects.toThrow(
      'fit: carry holds parameter head.weight itself, expected what operations made of it',
    );
    expect(model.head.weight.disposed).toBe(false);
    expect(device.live).toBe(live);
  });
});

describe('end', () => {
  it('is an event when the signal aborts, and nothing is left', async () => {
    const { device, model, options } = setUp({ epochs: 1000 });
    const { live } = device;
    model.eval();
    const controller = new AbortController();
    const events = [];
    for await (const event of fit({ ...options, signal: controller.signal })) {
      events.push(event);
      if (event.step === 7) controller.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'stopped', reason: 'aborted', step: 7 });
    expect(device.live).toBe(live);
    expect(model.head.training).toBe(false);
  });

  it('comes at once when the signal has aborted before', async () => {
    const { options } = setUp();
    const events = await collect(fit({ ...options, signal: AbortSignal.abort() }));
    expect(events.map(({ type, step }) => [type, step])).toEqual([['stopped', 0]]);
  });

  it('lets timers run while it computes, so that they can abort', async () => {
    const { options } = setUp({ epochs: 1e6 });
    const controller = new AbortController();
    let after = 0;
    setTimeout(() => controller.abort(), 60);
    for await (const { type } of fit({ ...options, signal: controller.signal })) {
      if (type === 'step' && controller.signal.aborted) after++;
    }
    // The step at hand, and no other.
    expect(after).toBeLessThanOrEqual(1);
    expect(controller.signal.aborted).toBe(true);
  });

  it.each(['training', 'validation'])('does not wait for %s data once aborted', async (which) => {
    const { device, options } = setUp();
    const { live } = device;
    const slow: BatchSource<Pair> = {
      batchesPerEpoch: undefined,
      async *epoch() {
        yield* pairs(1).epoch(0);
        await new Promise(() => undefined);
      },
    };
    const data = which === 'training' ? { data: slow } : { validate: { data: slow, everySteps: 1 } };
    const events = await collect(fit({ ...options, ...data, signal: AbortSignal.timeout(50) }));
    expect(events.map(({ type, step }) => [type, step])).toEqual([
      ['step', 1],
      ['stopped', 1],
    ]);
    expect(device.live).toBe(live);
  });

  it('frees everything on break', async () => {
    const { device, model, options } = setUp();
    const { live } = device;
    let closed = false;
    const data: BatchSource<Pair> = {
      batchesPerEpoch: 5,
      async *epoch(index, start) {
        try {
          yield* pairs(5).epoch(index, start);
        } finally {
          closed = true;
        }
      },
    };
    model.head.eval();
    for await (const event of fit({ ...options, data })) if (event.step === 2) break;
    expect(device.live).toBe(live);
    expect(closed).toBe(true);
    expect([model.training, model.head.training]).toEqual([true, false]);
  });

  it.each(['loss', 'data', 'validation', 'save'])('frees everything when %s throws', async (which) => {
    const { device, options } = setUp();
    const { live } = device;
    const fail = (): never => {
      throw new Error(`${which} failed`);
    };
    const failing: BatchSource<Pair> = {
      batchesPerEpoch: 5,
      async *epoch() {
        yield* pairs(1).epoch(0);
        fail();
      },
    };
    let calls = 0;
    const changed = {
      loss: { loss: (...args: [Pair, Carry | undefined]) => (++calls === 3 ? fail() : options.loss(...args)) },
      data: { data: failing },
      validation: { validate: { data: failing, everySteps: 2 } },
      save: { checkpoint: { everySteps: 2, save: fail } },
    }[which];
    await expect(collect(fit({ ...options, ...changed }))).rejects.toThrow(`${which} failed`);
    expect(device.live).toBe(live);
  });
});

it('trains the parameters of the optimizer alone', async () => {
  const { model, loss } = toy();
  const optimizer = new SGD(model.head.parameters(), { learningRate: 0.1 });
  const before = await bitsOf(model);
  await collect(fit({ model, optimizer, data: pairs(2), epochs: 1, loss }));
  const changed = [...(await bitsOf(model))].filter(([name, bits]) => bits !== before.get(name));
  expect(changed.map(([name]) => name)).toEqual(['head.weight', 'head.bias']);
});

it.each<[options: object, message: string]>([
  [{ epochs: 0 }, 'fit: epochs is 0, expected a whole number of at least 1'],
  [
    { validate: { data: pairs(1), everySteps: 0 } },
    'fit: validate.everySteps is 0, expected a whole number of at least 1',
  ],
  [{ checkpoint: { save: () => undefined, everySteps: 0.5 } }, 'fit: checkpoint.everySteps is 0.5, expected'],
  [{ accumulate: 0 }, 'fit: accumulate is 0, expected a whole number of at least 1'],
  [{ averageWeights: { decay: 1 } }, 'fit: averageWeights.decay is 1, expected from 0 to below 1'],
  [{ checkpoint: { save: () => undefined, saveBest: () => undefined } }, 'fit: checkpoint.saveBest needs validate'],
  [{ earlyStopping: { patience: 1 } }, 'fit: earlyStopping needs validate'],
  [
    { validate: { data: pairs(1) }, earlyStopping: { patience: -1 } },
    'fit: earlyStopping.patience is -1, expected a whole number of at least 0',
  ],
  [
    { validate: { data: pairs(1) }, earlyStopping: { patience: 1, minimumImprovement: -1 } },
    'fit: earlyStopping.minimumImprovement is -1, expected a finite number of at least 0',
  ],
  [{ clip: { value: 0 } }, 'fit: clip is {"value":0}, expected one of value, norm and globalNorm, above 0'],
  [{ clip: { norm: 1, value: 1 } }, 'fit: clip is {"norm":1,"value":1}, expected one of'],
  [{ clip: {} }, 'fit: clip is {}, expected one of'],
])('refuses options at once (%#)', (changed, message) => {
  const run = () => fit({ ...setUp().options, ...changed });
  expect(run).toThrow(OptionError);
  expect(run).toThrow(message);
});

it('says when data or loss give nothing', async () => {
  const { options } = setUp();
  const empty = collect(fit({ ...options, data: pairs(0) }));
  await expect(empty).rejects.toThrow('fit: data gave no batch in epoch 0');
  const unvalidated = collect(fit({ ...options, validate: { data: pairs(0) } }));
  await expect(unvalidated).rejects.toThrow('fit: validate.data gave no batch');
  const lossless = collect(fit({ ...options, loss: () => undefined as never }));
  await expect(lossless).rejects.toThrow(
    'fit: loss returned no tensor, expected a scalar tensor or { loss, carry, metrics }',
  );
});

it('takes a loss of shape [1]', async () => {
  const { device, model, optimizer } = setUp();
  const loss = ({ x }: { x: TensorData }) => multiply(mean(square(model.call(device.tensor(x)).y), [0, 1]), 2);
  const [step] = stepsOf(await collect(fit({ model, optimizer, data: pairs(1), epochs: 1, loss })));
  expect(step!.loss).toBeGreaterThan(0);
});
