import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import {
  add,
  checkpoint,
  dropout,
  exp,
  grad,
  matMul,
  multiply,
  observeOperations,
  square,
  sum,
  tanh,
} from './index.ts';

const numbers = async (x: Tensor) => [...(await x.data())];

function chain(device: Device, weight: Tensor, start: Tensor, segments: number, wrap: boolean): Tensor {
  let state = start;
  for (let segment = 0; segment < segments; segment++) {
    const from = state;
    const run = () => {
      let h = from;
      for (let step = 0; step < 10; step++) h = tanh(dropout(matMul(h, weight), 0.1));
      return h;
    };
    state = wrap ? checkpoint(device, run) : run();
  }
  return sum(state);
}

describe('checkpoint', () => {
  it('gives the gradients of the stored form, of captured tensors too, with the same dropout', async () => {
    const run = async (wrap: boolean) => {
      const device = new Device(createJsBackend(), { dtype: 'float64', seed: 3 });
      const weight = device.tensor([
        [0.9, -0.5],
        [0.4, 1.1],
      ]);
      const start = device.tensor([[1, -1]]);
      const { live } = device;
      const slopes = grad(() => chain(device, weight, start, 5, wrap), [weight, start]);
      expect(device.live).toBe(live + 2);
      return { slopes: await Promise.all(slopes.map(numbers)), random: device.random.state };
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it('stores outputs alone', () => {
    const peak = (wrap: boolean) => {
      const device = new Device(createJsBackend(), { dtype: 'float64' });
      const [weight, start] = [device.ones([2, 2]), device.ones([1, 2])];
      let most = 0;
      const watch = () => {
        most = Math.max(most, device.live);
      };
      observeOperations(watch, () => grad(() => chain(device, weight, start, 20, wrap), weight));
      return most;
    };
    expect(peak(true)).toBeLessThan(peak(false) / 4);
  });

  it('nests, and can be differentiated twice', async () => {
    const device = new Device(createJsBackend(), { dtype: 'float64' });
    const x = device.tensor([0.3, -0.7]);
    const plain = () => sum(exp(square(multiply(x, x))));
    const nested = () => checkpoint(device, () => sum(checkpoint(device, () => exp(square(multiply(x, x))))));
    const second = (compute: () => Tensor) => grad(() => sum(square(grad(compute, x))), x);
    const expected = await numbers(second(plain));
    (await numbers(second(nested))).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 12);
    });
  });

  it('has several outputs, and is a scope outside of valueAndGrad too', async () => {
    const device = new Device(createJsBackend(), { dtype: 'float64' });
    const x = device.tensor([2]);
    const both = () => checkpoint(device, () => [square(x), exp(x)] as const);
    const { live } = device;
    const [first, second] = both();
    expect([await numbers(first), device.live]).toEqual([[4], live + 2]);
    second.dispose();
    checkpoint(device, () => tanh(exp(x))).dispose();
    expect(device.live).toBe(live + 1);
    const slope = grad(() => sum(add(...both())), x);
    expect((await numbers(slope))[0]).toBeCloseTo(4 + Math.exp(2), 12);
  });

  it('may return what it captured, and one result twice', async () => {
    const device = new Device(createJsBackend(), { dtype: 'float64' });
    const [x, z] = [device.tensor([2]), device.tensor([3])];
    const weighted = (outputs: readonly Tensor[]) =>
      outputs.map((output, i) => multiply(output, 10 ** i)).reduce((a, b) => add(a, b));
    const slopes = (compute: () => readonly Tensor[]) =>
      Promise.all(grad(() => sum(weighted(checkpoint(device, compute))), [x, z]).map(numbers));
    expect(await slopes(() => [x, square(z)])).toEqual([[1], [60]]);
    expect(await slopes(() => [square(x), x])).toEqual([[14], [0]]);
    const both = () => {
      const y = square(x);
      return [y, y];
    };
    expect(await slopes(both)).toEqual([[44], [0]]);
    expect(x.disposed).toBe(false);
  });

  it('refuses a promise, recorded or not, and leaves the device as it was', () => {
    const device = new Device(createJsBackend());
    const x = device.tensor(1);
    const { live } = device;
    const promise = (() => Promise.resolve(exp(x))) as never;
    const text = 'checkpoint: compute returned a promise, expected a synchronous function';
    expect(() => checkpoint(device, promise)).toThrow(text);
    expect(() => grad(() => checkpoint(device, promise), x)).toThrow(text);
    expect([device.live, device.recorders.length]).toEqual([live, 0]);
  });
});
