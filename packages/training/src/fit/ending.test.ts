import { describe, expect, it } from 'vitest';
import { decodeTraining, encodeTraining, fit, type TrainingState } from '../index.ts';
import { bitsOf, collect, pairs, setUp } from '../testing/problems.ts';

type Made = ReturnType<typeof setUp>;
type Options = Parameters<typeof setUp>[0];

/** Ten epochs whose first validation is the best. */
function worsening(changed: Options = {}) {
  const made = setUp({ epochs: 10, ...changed });
  let call = 0;
  const loss: Made['options']['loss'] = () => ({ loss: made.device.full([], ++call) });
  const validate = { data: pairs(1), loss, restoreBest: true };
  return { ...made, options: { ...made.options, validate, ...changed } };
}

async function run({ model, options }: Pick<Made, 'model' | 'options'>, leaveAt = Number.POSITIVE_INFINITY) {
  let best: unknown;
  let last: unknown;
  let reason: string | undefined;
  for await (const event of fit(options)) {
    if (event.type === 'step') last = await bitsOf(model);
    if (event.type === 'validation' && event.best) best = await bitsOf(model);
    if (event.type === 'stopped') reason = event.reason;
    if (event.step >= leaveAt) break;
  }
  return { best, last, reason, weights: await bitsOf(model) };
}

describe('the best weights', () => {
  const endings: [name: string, changed: (controller: AbortController) => Options, leaveAt: number | undefined][] = [
    ['finished', () => ({ epochs: 2 }), undefined],
    ['earlyStopping', () => ({ earlyStopping: { patience: 0 } }), undefined],
    ['maxSteps', () => ({ maxSteps: 7 }), undefined],
    ['maxMinutes', () => ({ maxMinutes: 0.02, epochs: 1e6 }), undefined],
    ['aborted', ({ signal }) => ({ signal }), undefined],
    ['break', () => ({}), 7],
  ];
  it.each(endings)('are restored however training ends (%s)', async (name, changed, leaveAt) => {
    const controller = new AbortController();
    const made = worsening(changed(controller));
    const { live } = made.device;
    if (name === 'aborted') {
      const { loss } = made.options;
      let calls = 0;
      const aborting: typeof loss = (batch, carry) => {
        if (++calls === 7) controller.abort();
        return loss(batch, carry);
      };
      made.options = { ...made.options, loss: aborting };
    }
    const { best, last, reason, weights } = await run(made, leaveAt);
    expect(reason).toBe(name === 'break' ? undefined : name);
    expect(best).toBeDefined();
    expect(weights).toEqual(best);
    expect(weights).not.toEqual(last);
    expect(made.device.live).toBe(live);
  });

  it('are the mean of the weights where none was validated, after break and signal too', async () => {
    for (const leave of ['break', 'abort', 'return']) {
      const controller = new AbortController();
      const { model, options } = setUp({ averageWeights: { decay: 0.9 }, signal: controller.signal });
      const states: TrainingState[] = [];
      const save = (state: TrainingState) => void states.push(state);
      const events = fit({ ...options, checkpoint: { save, everySteps: 1 } });
      for await (const event of events) {
        if (event.type !== 'checkpoint' || event.step < 4) continue;
        if (leave === 'break') break;
        if (leave === 'return') await events.return();
        else controller.abort();
      }
      const { model: last, average } = states.at(-1)!;
      const now = await model.stateDict();
      expect(now).toEqual(average);
      expect(now).not.toEqual(last);
    }
  });

  it('are not restored after an error', async () => {
    const made = worsening();
    let last: unknown;
    const failing = async () => {
      for await (const event of fit({ ...made.options, items: () => (made.optimizer.steps > 6 ? -1 : 1) })) {
        if (event.type === 'step') last = await bitsOf(made.model);
      }
    };
    await expect(failing()).rejects.toThrow('fit: items gave -1, expected a finite number of at least 0');
    expect(await bitsOf(made.model)).toEqual(last);
  });
});

describe('maxSteps', () => {
  it('counts steps before a resume, stops within an epoch and goes on from there bit by bit', async () => {
    const straight = setUp({ epochs: 3 });
    await collect(fit(straight.options));
    let saved: TrainingState | undefined;
    const save = (state: TrainingState) => {
      saved = state;
    };
    const checkpoint = { save };
    const first = setUp({ epochs: 3, maxSteps: 7, checkpoint });
    const events = await collect(fit(first.options));
    expect(events.at(-1)).toMatchObject({ reason: 'maxSteps', step: 7, epoch: 1 });
    expect(events.find(({ type }) => type === 'step')).toMatchObject({ steps: 7 });
    const resume = decodeTraining(encodeTraining(saved!));
    const again = await collect(fit(setUp({ epochs: 3, maxSteps: 7, resume }).options));
    expect(again).toMatchObject([{ type: 'stopped', reason: 'maxSteps', step: 7 }]);
    const second = setUp({ epochs: 3, resume });
    await collect(fit(second.options));
    expect(await bitsOf(second.model)).toEqual(await bitsOf(straight.model));
  });

  it('lets an epoch end that ends with it', async () => {
    const validate = { data: pairs(1) };
    const events = await collect(fit(setUp({ epochs: 3, maxSteps: 10, validate }).options));
    expect(events.slice(-4).map(({ type, step }) => `${type} ${step}`)).toEqual([
      ...['step 10', 'epoch 10', 'validation 10', 'stopped 10'],
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'maxSteps', epoch: 2 });
  });
});

it('maxMinutes ends the wait for data', async () => {
  const { options } = setUp();
  const data: typeof options.data = {
    batchesPerEpoch: undefined,
    async *epoch() {
      yield* pairs(1).epoch(0);
      await new Promise(() => undefined);
    },
  };
  const events = await collect(fit({ ...options, data, maxMinutes: 0.002 }));
  expect(events.at(-1)).toMatchObject({ reason: 'maxMinutes', step: 1 });
});

describe('accumulate', () => {
  it('stops between its parts, with everything as before the update, and goes on bit by bit', async () => {
    const changed = { data: pairs(9), accumulate: 3, epochs: 2 };
    const straight = setUp(changed);
    await collect(fit(straight.options));
    const controller = new AbortController();
    let saved: TrainingState | undefined;
    const save = (state: TrainingState) => {
      saved = state;
    };
    const checkpoint = { save };
    const { device, model, options } = setUp({ ...changed, checkpoint, signal: controller.signal });
    const { live } = device;
    let calls = 0;
    const loss: typeof options.loss = (batch, carry) => {
      if (++calls === 5) controller.abort();
      return options.loss(batch, carry);
    };
    let before: unknown;
    let random: unknown;
    for await (const event of fit({ ...options, loss })) {
      if (event.type === 'step') [before, random] = [await bitsOf(model), device.random.state];
    }
    expect(calls).toBe(5);
    expect(saved).toMatchObject({ step: 1, batch: 3, random });
    expect(await bitsOf(model)).toEqual(before);
    expect(device.live).toBe(live);
    const resumed = setUp({ ...changed, resume: decodeTraining(encodeTraining(saved!)) });
    await collect(fit(resumed.options));
    expect(await bitsOf(resumed.model)).toEqual(await bitsOf(straight.model));
  });

  it('lets others have their turn between its parts', async () => {
    const { options } = setUp({ data: pairs(6), accumulate: 6, epochs: 1 });
    let turns = 0;
    const seen: number[] = [];
    const loss: typeof options.loss = (batch, carry) => {
      seen.push(turns);
      setImmediate(() => turns++);
      const until = performance.now() + 30;
      while (performance.now() < until);
      return options.loss(batch, carry);
    };
    await collect(fit({ ...options, loss }));
    expect(seen.at(-1)).toBeGreaterThan(2);
  });
});

describe('a source whose return() fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('return');
      },
    ],
    ['rejects', () => Promise.reject(new Error('return'))],
    ['gives nothing', () => undefined as never],
  ])('replaces neither the end nor the first error (%s)', async (_name, fail) => {
    const data = (next?: () => never): Made['options']['data'] => ({
      batchesPerEpoch: 5,
      epoch(index) {
        const inner = pairs(5).epoch(index)[Symbol.asyncIterator]();
        let calls = 0;
        const iterator = { next: async () => (++calls > 2 && next ? next() : inner.next()), return: fail };
        return { [Symbol.asyncIterator]: () => iterator };
      },
    });
    const controller = new AbortController();
    const events = [];
    for await (const event of fit({ ...setUp().options, data: data(), signal: controller.signal })) {
      events.push(event.type);
      controller.abort();
    }
    expect(events).toEqual(['step', 'stopped']);
    const next = () => {
      throw new Error('first');
    };
    await expect(collect(fit({ ...setUp().options, data: data(next) }))).rejects.toThrow('first');
    for await (const event of fit({ ...setUp().options, data: data() })) if (event.step === 1) break;
  });
});

describe('two trainings of one model', () => {
  it('at once are refused, until the first has ended in whatever way', async () => {
    const { model, options } = setUp({ epochs: 1 });
    const other = setUp({ epochs: 1 });
    const first = fit(options);
    await first.next();
    await expect(fit(options).next()).rejects.toThrow('fit: optimizer is being trained by another fit');
    const twin = { ...other.options, optimizer: other.optimizer };
    await expect(collect(fit(twin))).resolves.toBeDefined();
    await first.return();
    for await (const _ of fit(options)) break;
    const controller = new AbortController();
    controller.abort();
    await collect(fit({ ...options, signal: controller.signal }));
    const loss = () => {
      throw new Error('no');
    };
    await expect(collect(fit({ ...options, loss }))).rejects.toThrow('no');
    const running = fit(options);
    await running.next();
    const { Adam } = await import('../index.ts');
    const another = new Adam(model.parameters());
    await expect(fit({ ...options, optimizer: another }).next()).rejects.toThrow(
      'fit: model is being trained by another fit',
    );
    await expect(running.throw(new Error('mine'))).rejects.toThrow('mine');
    await collect(fit({ ...options, optimizer: another }));
  });
});
