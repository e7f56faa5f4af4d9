import { createJsBackend } from '@sluice/backend-js';
import { Device, Parameter, type Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import {
  add,
  cast,
  checkGradients,
  concat,
  detach,
  dropout,
  exp,
  grad,
  log,
  mean,
  multiply,
  power,
  reshape,
  sigmoid,
  split,
  square,
  sum,
  tanh,
  valueAndGrad,
} from './index.ts';

const create = (dtype: 'float32' | 'float64' = 'float64') => new Device(createJsBackend(), { dtype });
const numbers = async (x: Tensor) => [...(await x.data())];

describe('valueAndGrad', () => {
  it('differentiates with respect to a tensor, a list, a record and a map, in their structure', async () => {
    const device = create();
    const x = device.tensor([1, 2]);
    const y = device.tensor([3, 4]);
    const compute = () => sum(multiply(square(x), y));
    expect(await numbers(grad(compute, x))).toEqual([6, 16]);
    expect(await Promise.all(grad(compute, [x, y]).map(numbers))).toEqual([
      [6, 16],
      [1, 4],
    ]);
    expect(await numbers(grad(compute, { slope: y }).slope)).toEqual([1, 4]);
    const map = grad(compute, new Map([['layer.weight', x]]));
    expect(await numbers(map.get('layer.weight') as Tensor)).toEqual([6, 16]);
  });

  it('frees all but value, gradients and auxiliary', async () => {
    const device = create();
    const x = device.tensor([1, 2, 3]);
    const { live } = device;
    const result = valueAndGrad(() => {
      const hidden = tanh(multiply(x, x));
      return { value: sum(hidden), auxiliary: { hidden, note: 'kept' } };
    }, [x]);
    expect(device.live).toBe(live + 3);
    expect(await numbers(result.auxiliary.hidden)).toEqual([1, 4, 9].map(Math.tanh));
    expect(result.auxiliary.note).toBe('kept');
  });

  it('gives zeros for targets that the value does not depend on', async () => {
    const device = create();
    const x = device.tensor([1, 2]);
    const unused = device.tensor([[5, 6]]);
    expect(await numbers(grad(() => sum(x), [unused])[0])).toEqual([0, 0]);
    expect(await numbers(grad(() => device.tensor(3), x))).toEqual([0, 0]);
  });

  it('gives each target a gradient of its own that can be disposed alone', async () => {
    const device = create();
    const [a, b] = [device.tensor([1]), device.tensor([2])];
    const [da, db] = grad(() => sum(add(a, b)), [a, b]) as [Tensor, Tensor];
    da.dispose();
    expect(await numbers(db)).toEqual([1]);
  });

  it('never hands out or frees what existed before: a value that is a target or a view of one is copied', async () => {
    const device = create();
    const x = device.tensor([3]);
    const { live } = device;
    for (const compute of [() => x, () => reshape(x, [])]) {
      const { value, gradients } = valueAndGrad(compute, x);
      expect([await numbers(value), await numbers(gradients)]).toEqual([[3], [1]]);
      value.dispose();
      gradients.dispose();
      grad(compute, x).dispose();
      expect(x.disposed).toBe(false);
    }
    for (const compute of [(input: Tensor) => input, (input: Tensor) => reshape(input, [])]) {
      await checkGradients(compute, [x]);
      expect(x.disposed).toBe(false);
    }
    expect(device.live).toBe(live);
  });

  it('takes gradients of gradients: the third derivative of x^4', async () => {
    const device = create();
    const x = device.tensor(2);
    const { live } = device;
    const third = grad(() => grad(() => grad(() => power(x, 4), x), x), x);
    expect(await third.item()).toBe(48);
    expect(device.live).toBe(live + 1);
  });

  it('records nothing outside and stops at detach', async () => {
    const device = create();
    const x = device.tensor([3]);
    const before = square(x);
    expect(await numbers(grad(() => sum(multiply(before, x)), x))).toEqual([9]);
    expect(await numbers(grad(() => sum(multiply(detach(square(x)), x)), x))).toEqual([9]);
    expect(await numbers(grad(() => sum(multiply(square(x), x)), x))).toEqual([27]);
  });

  it('adds up gradients of outputs that are used several times or not at all', async () => {
    const device = create();
    const x = device.tensor([1, 2, 3, 4]);
    const compute = () => {
      const [first, , third] = split(x, [1, 2, 1]) as [Tensor, Tensor, Tensor];
      return sum(concat([multiply(first, third), multiply(first, first)]));
    };
    expect(await numbers(grad(compute, x))).toEqual([6, 0, 0, 1]);
  });

  it('differentiates 20,000 steps without growing the stack, and frees gradients on the way', async () => {
    const device = create();
    const [a, h0] = [device.tensor(0.9999), device.tensor(1)];
    const { live } = device;
    const gradient = grad(() => {
      let h = h0;
      for (let step = 0; step < 20_000; step++) h = multiply(a, h);
      return h;
    }, a);
    expect(await gradient.item()).toBeCloseTo(20_000 * 0.9999 ** 19_999, 6);
    gradient.dispose();
    expect(device.live).toBe(live);
  });

  it('keeps what scopes inside would free until the backward pass has read it', async () => {
    const device = create();
    const x = device.tensor([0.5]);
    const slope = grad(() => device.scope(() => sum(multiply(exp(x), sigmoid(x)))), x);
    const s = 1 / (1 + Math.exp(-0.5));
    expect((await numbers(slope))[0]).toBeCloseTo(Math.exp(0.5) * (s + s * (1 - s)), 12);
  });

  it('leaves the device as it was when the function throws', () => {
    const device = create();
    const x = device.tensor([1]);
    const { live } = device;
    const failing = () => {
      exp(x);
      throw new Error('stop');
    };
    expect(() => valueAndGrad(failing, x)).toThrow('stop');
    expect(device.live).toBe(live);
    expect(device.recorders).toEqual([]);
  });

  it('refuses values and targets that have no gradient', () => {
    const device = create();
    const x = device.tensor([1, 2]);
    const ids = device.tensor([1, 2], { dtype: 'int32' });
    expect(() => valueAndGrad(() => x, x)).toThrow('valueAndGrad: value has shape [2], expected a scalar');
    expect(() => valueAndGrad(() => sum(cast(x, 'int32')), x)).toThrow(
      'valueAndGrad: value has dtype int32, expected a float dtype',
    );
    expect(() => valueAndGrad(() => sum(x), [x, ids])).toThrow(
      'valueAndGrad: targets[1] has dtype int32, expected a float dtype',
    );
    expect(() => valueAndGrad(() => sum(x), [])).toThrow('valueAndGrad: targets are empty');
    expect(() => valueAndGrad(() => undefined as never, x)).toThrow('compute returned no tensor');
    expect(() => valueAndGrad((() => Promise.resolve(sum(x))) as never, x)).toThrow(
      'valueAndGrad: compute returned a promise, expected a synchronous function',
    );
    expect(() => valueAndGrad(() => sum(x), { layer: { weight: x } } as never)).toThrow(
      'valueAndGrad: targets[0] is an object, expected a tensor (of a layer, pass parameters())',
    );
    expect(device.recorders).toEqual([]);
  });

  it('refuses to change a parameter while it records, and names a tensor that was freed', () => {
    const device = create();
    const weight = new Parameter(device.tensor([1]));
    expect(() =>
      valueAndGrad(() => {
        weight.assign(device.tensor([2]));
        return sum(weight);
      }, weight),
    ).toThrow('assign: a parameter cannot change while valueAndGrad is recording');
    const x = device.tensor([1]);
    x.dispose();
    expect(() => log(x)).toThrow('log: a float64 tensor of shape [1] was used after its scope had ended');
  });

  it('works in float32, and draws dropout from the seed of the device', async () => {
    const run = async () => {
      const device = new Device(createJsBackend(), { seed: 5 });
      const x = device.ones([1000]);
      return numbers(grad(() => mean(dropout(x, 0.25)), x));
    };
    const slope = await run();
    expect(slope).toEqual(await run());
    const kept = slope.filter((value) => value !== 0);
    expect(kept.length).toBeGreaterThan(690);
    expect(kept.length).toBeLessThan(810);
    expect(kept[0]).toBeCloseTo(1 / 750, 8);
  });
});
