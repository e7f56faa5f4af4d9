import { add, mean, multiply, square } from '@sluice/autograd';
import type { Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { Adam, type FitEvent, fit, NonFiniteError, type Optimizer, SGD, type TrainingState } from '../index.ts';
import { collect, pairs, setUp } from '../testing/problems.ts';

type Made = ReturnType<typeof setUp>;
type Injection = (made: Made, bad: number) => Partial<Made['options']> & { onStep?: () => Promise<void> | void };

function allFinite(state: TrainingState): boolean {
  const { model, optimizer, best, average, carry } = state;
  const all = [model, optimizer.tensors, best ?? [], average ?? [], carry.tensors];
  return all.every((tensors) =>
    [...tensors].every(([, { data }]) => [...data].every((value) => Number.isFinite(value))),
  );
}

/** Assigns `bad` to the first element. */
async function spoil(parameter: { assign(value: Tensor): void } & Tensor, bad: number): Promise<void> {
  const data = (await parameter.data()).slice();
  data[0] = bad;
  parameter.assign(parameter.device.tensor(data, { shape: parameter.shape }));
}

async function spoilSlot(optimizer: Optimizer, slot: string, bad: number): Promise<void> {
  const state = await optimizer.stateDict();
  state.tensors.get(`${slot}.head.weight`)!.data[1] = bad;
  optimizer.loadStateDict(state);
}

const spoiltBatch =
  (field: 'x' | 'y'): Injection =>
  ({ options }, bad) => ({
    data: {
      ...options.data,
      async *epoch(index, start) {
        let k = start ?? 0;
        for await (const batch of options.data.epoch(index, start)) {
          if (++k === 5) batch[field].data[3] = bad;
          yield batch;
        }
      },
    },
  });

/** A loss that is spoilt in the fifth step, as by an operation of the user's own. */
const spoiltLoss: Injection = ({ options }, bad) => {
  let calls = 0;
  const { loss } = options;
  return {
    loss: (batch, carry) => {
      const result = loss(batch, carry) as { loss: Tensor };
      return ++calls < 5 ? result : { ...result, loss: multiply(result.loss, bad) };
    },
  };
};

const injections: Record<string, Injection> = {
  inputs: spoiltBatch('x'),
  targets: spoiltBatch('y'),
  'the loss': spoiltLoss,
  weights: ({ model }, bad) => ({ onStep: () => spoil(model.head.weight, bad) }),
  'first moments': ({ optimizer }, bad) => ({ onStep: () => spoilSlot(optimizer, 'firstMoment', bad) }),
  'second moments': ({ optimizer }, bad) => ({ onStep: () => spoilSlot(optimizer, 'secondMoment', bad) }),
  'recurrent weights': ({ model }, bad) => ({
    onStep: () => spoil(model.gru.parameters().get('weight_hh_l0')!, bad),
  }),
  schedule: (_made, bad) => ({ schedule: (step) => (step === 4 ? bad : 0.01) }),
  'huge rate': (_made, bad) => ({ schedule: (step) => (step === 4 ? (Number.isNaN(bad) ? 3e38 : 1e39) : 0.01) }),
};

let stopped = 0;

describe('what is not finite stops training before it is saved', () => {
  const cases = Object.keys(injections).flatMap((name) =>
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap((bad) =>
      [false, true].map((last) => [name, bad, last] as const),
    ),
  );
  it.each(cases)('%s of %d (in the last step: %s)', async (name, bad, last) => {
    const made = setUp({ data: pairs(5), epochs: last ? 1 : 3, averageWeights: { decay: 0.5 } });
    const { onStep, ...changed } = injections[name]!(made, bad);
    const saved: TrainingState[] = [];
    const save = (state: TrainingState) => void saved.push(state);
    const { live } = made.device;
    const run = async () => {
      for await (const event of fit({ ...made.options, ...changed, checkpoint: { save, everySteps: 5 } })) {
        if (event.type === 'step' && event.step === 5) await onStep?.();
      }
    };
    const error = (await run().catch((caught: unknown) => caught)) as NonFiniteError;
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.message).toMatch(/^fit: step \d/);
    expect(error.details.step).toBeGreaterThanOrEqual(5);
    expect(error.details.operation).toBeTypeOf('string');
    if (name.includes('moments') || name === 'weights') expect(error.details.layer).toBe('head');
    expect(saved.every(allFinite)).toBe(true);
    expect(made.device.live).toBe(live);
    stopped++;
  });

  it('and so none is missed', async ({ annotate }) => {
    await annotate(
      `${stopped} of ${cases.length} injections of NaN and infinities stopped, told of by step and operation, before a save`,
      'figure',
    );
    expect(stopped).toBe(cases.length);
  });

  it('names what the update left behind', async () => {
    const { options } = setUp({ data: pairs(5), epochs: 1, schedule: (step) => (step === 4 ? 3e38 : 0.01) });
    const error = (await collect(fit(options)).catch((caught: unknown) => caught)) as NonFiniteError;
    expect(error.message).toMatch(
      /^fit: step 5: what Adam left behind in layer \S+ is not finite, at learning rate 3e\+38; parameter /,
    );
    expect(error.message).toMatch(/; and \d+ more; nothing was saved$|; nothing was saved$/);
    expect(error.details).toMatchObject({ step: 5, operation: 'Adam', pass: 'update' });
  });

  it('a carry too, and with saveBest and restoreBest, and when the loop is left', async () => {
    const { device, model, options } = setUp({ epochs: 1 });
    const loss: Made['options']['loss'] = (batch) => {
      const { y } = model.call(device.tensor(batch.x));
      return { loss: mean(square(y)), carry: { state: { hidden: multiply(y, Infinity) }, batches: 1 } };
    };
    await expect(
      collect(fit({ ...options, loss, checkpoint: { save: () => undefined, everySteps: 3 } })),
    ).rejects.toThrow(
      /^fit: step 3: what loss left behind is not finite, .*carry\.state\.hidden holds -?Infinity; nothing was saved$/,
    );
    // A weight that no loss depends on.
    for (const how of ['saveBest', 'restoreBest', 'break']) {
      const made = setUp({ epochs: 2 });
      const own: Made['options']['loss'] = () => ({ loss: made.device.full([], 1) });
      const validate = { data: pairs(1), loss: own, restoreBest: how === 'restoreBest' };
      let saves = 0;
      const saveBest = () => void saves++;
      const checkpoint = how === 'saveBest' ? { checkpoint: { save: () => undefined, saveBest } } : {};
      const run = async () => {
        for await (const event of fit({ ...made.options, ...checkpoint, validate })) {
          if (event.type === 'step' && event.step === 5) await spoil(made.model.head.weight, Number.NaN);
          if (event.step === 5 && how === 'break') break;
        }
      };
      await expect(run()).rejects.toThrow('parameter head.weight holds NaN');
      expect(saves).toBe(0);
    }
  });

  it('a validation loss, with its operation and layer', async () => {
    const { device, model, options } = setUp();
    const { live } = device;
    const random: unknown[] = [];
    const loss: Made['options']['loss'] = ({ x }) => {
      const { y } = model.call(device.tensor(x));
      return { loss: multiply(mean(add(y, 1)), Infinity) };
    };
    const events: FitEvent[] = [];
    const run = async () => {
      for await (const event of fit({ ...options, validate: { data: pairs(1), loss, everySteps: 3 } })) {
        events.push(event);
        random.push(device.random.state);
      }
    };
    const error = (await run().catch((caught: unknown) => caught)) as NonFiniteError;
    expect(error.message).toMatch(
      /^fit: validation after step 3: multiply outside of any layer gave -?Infinity \(forward\); training was stopped$/,
    );
    expect(error.details).toMatchObject({ step: 3, operation: 'multiply', pass: 'forward' });
    expect(device.random.state).toEqual(random.at(-1));
    expect(device.live).toBe(live);
  });
});

it('refuses a rate that no optimizer takes under the name of the schedule', async () => {
  const { options, model } = setUp();
  for (const optimizer of [new Adam(model.parameters()), new SGD(model.parameters(), { learningRate: 1 })]) {
    const run = collect(fit({ ...options, optimizer, schedule: () => -1 }));
    await expect(run).rejects.toThrow('fit: schedule gave -1 for step 1, expected a finite number of at least 0');
  }
});
