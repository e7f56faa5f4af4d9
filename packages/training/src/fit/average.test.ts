import { describe, expect, it } from 'vitest';
import { fit, type TrainingState } from '../index.ts';
import { bitsOf, collect, pairs, setUp } from '../testing/problems.ts';

const numbersOf = (weights: TrainingState['model']) => [...weights.values()].flatMap(({ data }) => [...data]);

describe('averageWeights', () => {
  it('is the exponential mean of the weights, which warms up, and the model has it in the end', async () => {
    const { model, options } = setUp({ data: pairs(4), epochs: 2, averageWeights: { decay: 0.3 } });
    let expected = numbersOf(await model.stateDict());
    for await (const event of fit(options)) {
      if (event.type !== 'step') continue;
      const weights = numbersOf(await model.stateDict());
      // 2/11, 3/12 and then 0.3, which is below 4/13.
      const decay = [2 / 11, 3 / 12][event.step - 1] ?? 0.3;
      expected = expected.map((value, i) => decay * value + (1 - decay) * weights[i]!);
    }
    const found = numbersOf(await model.stateDict());
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
  });

  it('trains the same weights as without', async () => {
    const weights = async (changed: object) => {
      const { model, options } = setUp(changed);
      const bits = [];
      for await (const event of fit(options)) if (event.type === 'step') bits.push(await bitsOf(model));
      return bits;
    };
    const validate = { data: pairs(1), everySteps: 1 };
    expect(await weights({ averageWeights: { decay: 0.9 }, validate })).toEqual(await weights({}));
  });

  it('is what is validated, restored and saved beside the weights', async () => {
    const states: TrainingState[] = [];
    const save = (state: TrainingState) => void states.push(state);
    const { device, model, options } = setUp({ epochs: 3, averageWeights: { decay: 0.5 } });
    const script = [3, 1, 2];
    const validated: Map<string, string>[] = [];
    let call = 0;
    const loss: typeof options.loss = () => ({ loss: device.full([], script[call++]!) });
    const inside: Promise<unknown>[] = [];
    const spy: typeof options.loss = (batch, carry) => {
      inside.push(bitsOf(model).then((bits) => validated.push(bits)));
      return loss(batch, carry);
    };
    const validate = { data: pairs(1), loss: spy, restoreBest: true };
    await collect(fit({ ...options, validate, checkpoint: { save, everySteps: 5 } }));
    await Promise.all(inside);
    expect(await bitsOf(model)).toEqual(validated[1]);
    const [first, last] = [states[0], states.at(-1)];
    expect(first!.average).not.toEqual(first!.model);
    expect(last.best).not.toEqual(last.average);
  });

  it('gives back the weights when validation throws', async () => {
    const { device, model, options } = setUp({ averageWeights: { decay: 0.9 } });
    const { live } = device;
    let weights: unknown;
    const loss = () => {
      throw new Error('no');
    };
    const run = async () => {
      for await (const event of fit({ ...options, validate: { data: pairs(1), loss, everySteps: 2 } })) {
        if (event.type === 'step') weights = await bitsOf(model);
      }
    };
    await expect(run()).rejects.toThrow('no');
    expect(await bitsOf(model)).toEqual(weights);
    expect(device.live).toBe(live);
  });
});
