import { createJsBackend } from '@sluice/backend-js';
import {
  type Backend,
  createDataArray,
  Device,
  type DType,
  type Operand,
  type OptimizerKernels,
  Parameter,
} from '@sluice/core';
import { beforeEach, expect, it } from 'vitest';
import { Adam, AdamW, clipByGlobalNorm } from '../index.ts';

let calls: string[];
beforeEach(() => {
  calls = [];
});

/** The definition of the kernels on top of the JavaScript backend, whose arrays they read. */
function withKernels(backend: Backend): Backend {
  const data = (x: Operand<unknown>) => (x.storage as { data: Float64Array }).data;
  const upload = (values: number[], dtype: DType) => {
    const array = createDataArray(dtype, values.length);
    array.set(values);
    return backend.upload(array, dtype);
  };
  const optimizer: OptimizerKernels<unknown> = {
    supports: (dtype) => dtype === 'float64',
    adam({ parameter, gradient, firstMoment, secondMoment }, step) {
      calls.push('adam');
      const [theta, g, m, v] = [parameter, gradient, firstMoment, secondMoment].map((x) => [...data(x)]);
      const slope = g!.map((value, i) => value + step.penalty * theta![i]!);
      const first = m!.map((mean, i) => step.beta1 * mean + (1 - step.beta1) * slope[i]!);
      const second = v!.map((mean, i) => step.beta2 * mean + (1 - step.beta2) * slope[i]! ** 2);
      const change = (i: number) => first[i]! / (step.deviationScale * Math.sqrt(second[i]!) + step.epsilon);
      const next = theta!.map((value, i) => step.decay * value - step.stepSize * change(i));
      const { dtype } = parameter;
      const [y, firstTo, secondTo] = [next, first, second].map((values) => upload(values, dtype));
      return { parameter: y, firstMoment: firstTo, secondMoment: secondTo };
    },
    sumOfSquares(x) {
      calls.push('sumOfSquares');
      return upload([[...data(x)].reduce((sum, value) => sum + value * value, 0)], x.dtype);
    },
  };
  return Object.create(backend, { optimizer: { value: optimizer } }) as Backend;
}

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
  const fused = await train(new Device(withKernels(createJsBackend()), { dtype: 'float64' }), make);
  expect(calls).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'sumOfSquares' : 'adam')));
  expect(fused.names).toEqual(plain.names);
  for (const [i, value] of fused.values.entries()) expect(value).toBeCloseTo(plain.values[i]!, 13);
});

it.each([
  ['fused: false', { dtype: 'float64', fused: false }],
  ['a type that they do not support', { dtype: 'float32' }],
] as const)('operations run with %s', async (_, options) => {
  await train(new Device(withKernels(createJsBackend()), options), rules.Adam);
  expect(calls).toEqual([]);
});
