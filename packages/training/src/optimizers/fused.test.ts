import { createJsBackend } from '@sluice/backend-js';
import { Device, Parameter } from '@sluice/core';
import { beforeEach, expect, it } from 'vitest';
import { Adam, AdamW, clipByGlobalNorm } from '../index.ts';
import { withKernels } from '../testing/optimizer-kernels.ts';

let calls: string[];
beforeEach(() => {
  calls = [];
});

const rules = {
  Adam: (parameters: ReadonlyMap<string, Parameter>) => new Adam(parameters, { weightDecay: 0.2, learningRate: 0.1 }),
  AdamW: (parameters: ReadonlyMap<string, Parameter>) => new AdamW(parameters, { weightDecay: 0.2, learningRate: 0.1 }),
};

/** Parameters and state after a few clipped steps. */
async function train(device: Device, make: (parameters: ReadonlyMap<string, Parameter>) => Adam | AdamW) {
  const parameter = new Parameter(device.tensor([[0.5, -1.2, 3]]));
  const optimizer = make(new Map([['w', parameter]]));
  const { live } = device;
  for (let t = 1; t <= 5; t++) {
    device.scope(() => {
      const gradient = device.tensor([[Math.sin(t), 2 * Math.cos(t), 0]]);
      optimizer.step(clipByGlobalNorm(new Map([['w', gradient]]), 1).gradients);
    });
    expect(device.live).toBe(live);
  }
  const { tensors } = await optimizer.stateDict();
  const values = [await parameter.data(), ...[...tensors.values()].map(({ data }) => data)].flatMap((x) => [...x]);
  optimizer.dispose();
  return { names: [...tensors.keys()], values };
}

it.each(Object.entries(rules))('%s runs the kernels of a backend, with the results of operations', async (_, make) => {
  const plain = await train(new Device(createJsBackend(), { dtype: 'float64' }), make);
  expect(calls).toEqual([]);
  const fused = await train(new Device(withKernels(createJsBackend(), calls), { dtype: 'float64' }), make);
  expect(calls).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'sumOfSquares' : 'adam')));
  expect(fused.names).toEqual(plain.names);
  for (const [i, value] of fused.values.entries()) expect(value).toBeCloseTo(plain.values[i]!, 13);
});

it.each([
  ['fused: false', { dtype: 'float64', fused: false }],
  ['a type that they do not support', { dtype: 'float32' }],
] as const)('operations run with %s', async (_, options) => {
  await train(new Device(withKernels(createJsBackend(), calls), options), rules.Adam);
  expect(calls).toEqual([]);
});
