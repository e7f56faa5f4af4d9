import { describe, expect, it } from 'vitest';
import { fit, type LossResult } from '../index.ts';
import { bitsOf, type Carry, collect, pairs, setUp, stepsOf } from '../testing/problems.ts';

describe('validate', () => {
  it('evaluates without dropout, without random numbers and without recording', async () => {
    const { device, model, options } = setUp();
    let inside = 0;
    const loss: typeof options.loss = (batch, carry) => {
      if (!model.training) {
        inside++;
        expect([model.dropout.training, device.recorders.length]).toEqual([false, 0]);
      }
      return options.loss(batch, carry);
    };
    const validated = await collect(fit({ ...options, loss, validate: { data: pairs(2), everySteps: 1 } }));
    expect(inside).toBe(20);
    const plain = await collect(fit(setUp().options));
    expect(stepsOf(validated).map((step) => step.loss)).toEqual(stepsOf(plain).map((step) => step.loss));
  });

  it('weighs batches by their items and may have a loss of its own', async () => {
    const { device, options } = setUp({ epochs: 1, items: ({ x }) => (x.data[0]! > 0 ? 3 : 1) });
    const own: typeof options.loss = ({ x }) => ({ loss: device.full([], x.data[0]! > 0 ? 4 : 8), carry: undefined! });
    const data = pairs(6);
    let positive = 0;
    for await (const { x } of data.epoch(0)) if (x.data[0]! > 0) positive++;
    expect(positive).toBeGreaterThan(0);
    const events = await collect(fit({ ...options, validate: { data, loss: own } }));
    const expected = (12 * positive + 8 * (6 - positive)) / (3 * positive + 6 - positive);
    expect(events.find(({ type }) => type === 'validation')).toMatchObject({ loss: expected, best: true, epoch: 1 });
  });

  it('tells means of metrics, which training does not look at', async () => {
    const { device, options } = setUp({ epochs: 1, items: ({ x }) => (x.data[0]! > 0 ? 3 : 1) });
    const { live } = device;
    let positive = 0;
    for await (const { x } of pairs(6).epoch(0)) if (x.data[0]! > 0) positive++;
    const loss: typeof options.loss = (batch, carry) => {
      const sign = device.full([], batch.x.data[0]! > 0 ? 1 : 0);
      const metrics = { positive: sign, ...(batch.x.data[0]! > 0 ? { one: device.full([], 1) } : {}) };
      return { ...(options.loss(batch, carry) as LossResult<Carry>), metrics };
    };
    const events = await collect(fit({ ...options, loss, validate: { data: pairs(6) } }));
    const share = (3 * positive) / (3 * positive + 6 - positive);
    expect(events.find(({ type }) => type === 'validation')).toMatchObject({ metrics: { positive: share, one: 1 } });
    expect(device.live).toBe(live);
    const plain = await collect(fit(setUp({ epochs: 1, validate: { data: pairs(1) } }).options));
    expect(plain.find(({ type }) => type === 'validation')).toMatchObject({ metrics: {} });
  });

  it('comes at the end of epochs, or every so many steps', async () => {
    const at = async (everySteps?: number) => {
      const validate = { data: pairs(1), ...(everySteps === undefined ? {} : { everySteps }) };
      const events = await collect(fit(setUp({ validate }).options));
      return events.filter(({ type }) => type === 'validation').map(({ step }) => step);
    };
    expect(await at()).toEqual([5, 10]);
    expect(await at(3)).toEqual([3, 6, 9]);
    expect(await at(5)).toEqual([5, 10]);
  });

  it('stops early, and gives back the best weights', async () => {
    const { device, model, options } = setUp({ epochs: 50, earlyStopping: { patience: 2 } });
    const script = [5, 4, 4.5, 3.9, 4, 3.9, 3.95, 1];
    let call = 0;
    const weights: Map<string, string>[] = [];
    const loss: typeof options.loss = () => ({ loss: device.full([], script[call++]!), carry: undefined! });
    let stopped: unknown;
    for await (const event of fit({ ...options, validate: { data: pairs(1), loss, restoreBest: true } })) {
      if (event.type === 'validation') weights.push(await bitsOf(model));
      stopped = event;
    }
    expect(stopped).toMatchObject({ type: 'stopped', reason: 'earlyStopping', step: 35, epoch: 7 });
    expect(stopped).toMatchObject({ best: { step: 20 } });
    expect(weights).toHaveLength(7);
    expect(await bitsOf(model)).toEqual(weights[3]);
  });

  it('counts improvements from the minimum on, and keeps the last weights by default', async () => {
    const { device, model, options } = setUp({
      epochs: 50,
      earlyStopping: { patience: 0, minimumImprovement: 0.5 },
    });
    const script = [5, 4.4, 4, 1];
    let call = 0;
    const loss: typeof options.loss = () => ({ loss: device.full([], script[call++]!), carry: undefined! });
    let last: unknown;
    let weights: unknown;
    const bests: boolean[] = [];
    for await (const event of fit({ ...options, validate: { data: pairs(1), loss } })) {
      if (event.type === 'validation') bests.push(event.best);
      if (event.type === 'validation') weights = await bitsOf(model);
      last = event;
    }
    expect(last).toMatchObject({ reason: 'earlyStopping', step: 15, best: { step: 10 } });
    expect(bests).toEqual([true, true, false]);
    expect(await bitsOf(model)).toEqual(weights);
  });
});
