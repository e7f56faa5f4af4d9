import { createJsBackend } from '@sluice/backend-js';
import { Device, OptionError, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import { clipByGlobalNorm, clipByNorm, clipByValue, globalNorm } from './index.ts';

const device = new Device(createJsBackend(), { dtype: 'float64' });
const gradients = (a: number[] = [3, -4], b: number[] = [12]) =>
  new Map([
    ['a', device.tensor(a)],
    ['b', device.tensor(b)],
  ]);

async function values(map: ReadonlyMap<string, Tensor>): Promise<number[][]> {
  return Promise.all([...map.values()].map(async (tensor) => [...(await tensor.data())]));
}

it('limits each element', async () => {
  expect(await values(clipByValue(gradients(), 3.5))).toEqual([[3, -3.5], [3.5]]);
});

it('scales each gradient down to a norm', async () => {
  const [a, b] = await values(clipByNorm(gradients(), 6));
  expect(a).toEqual([3, -4]);
  expect(b![0]).toBeCloseTo((12 * 6) / (12 + 1e-6), 13);
});

it('scales all gradients by one factor and tells the norm before', async () => {
  const clipped = clipByGlobalNorm(gradients(), 6.5);
  const scale = 6.5 / (13 + 1e-6);
  expect(await clipped.norm.item()).toBe(13);
  const [a, b] = await values(clipped.gradients);
  expect(a![0]).toBeCloseTo(3 * scale, 13);
  expect(a![1]).toBeCloseTo(-4 * scale, 13);
  expect(b![0]).toBeCloseTo(12 * scale, 13);
  expect(await globalNorm(gradients()).item()).toBe(13);
});

it('leaves gradients alone that are small enough, and all zeros', async () => {
  const small = clipByGlobalNorm(gradients(), 14);
  expect(await values(small.gradients)).toEqual([[3, -4], [12]]);
  const zero = clipByGlobalNorm(gradients([0, 0], [0]), 1);
  expect(await values(zero.gradients)).toEqual([[0, 0], [0]]);
  expect(await zero.norm.item()).toBe(0);
});

it('hands out a norm that is not finite', async () => {
  expect(await clipByGlobalNorm(gradients([Number.NaN, 1]), 1).norm.item()).toBeNaN();
  const infinite = clipByGlobalNorm(gradients([Number.NEGATIVE_INFINITY, 1]), 1);
  expect(await infinite.norm.item()).toBe(Number.POSITIVE_INFINITY);
  expect(await values(infinite.gradients)).toEqual([[Number.NaN, 0], [0]]);
});

it('makes the clipped gradients and the norm, and nothing else', () => {
  const given = gradients();
  const before = device.live;
  const { gradients: clipped, norm } = clipByGlobalNorm(given, 1);
  const others = [...clipByValue(given, 1).values(), ...clipByNorm(given, 1).values()];
  expect(device.live).toBe(before + 7);
  for (const tensor of [...clipped.values(), norm, ...others]) tensor.dispose();
  expect(device.live).toBe(before);
});

it('refuses limits that are not above 0, and no gradients', () => {
  expect(() => clipByValue(gradients(), 0)).toThrow(OptionError);
  expect(() => clipByValue(gradients(), 0)).toThrow('clipByValue: limit is 0, expected a number above 0');
  expect(() => clipByNorm(gradients(), -1)).toThrow('clipByNorm: maximum is -1, expected a number above 0');
  expect(() => clipByGlobalNorm(gradients(), Number.NaN)).toThrow('clipByGlobalNorm: maximum is NaN, expected');
  expect(() => globalNorm(new Map())).toThrow('globalNorm: gradients are empty, expected at least one tensor');
});
