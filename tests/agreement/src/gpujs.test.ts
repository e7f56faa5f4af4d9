import { mean, square, valueAndGrad } from '@sluice/autograd';
import { createGpujsBackend } from '@sluice/backend-gpujs';
import { createJsBackend } from '@sluice/backend-js';
import { type Backend, Device, type FloatDType, Random, type Tensor } from '@sluice/core';
import { checkFused, LSTM } from '@sluice/layers';
import { Adam, clipByGlobalNorm } from '@sluice/training';
import { describe, expect, it } from 'vitest';
import { agreement, agreementTolerance } from './index.ts';

const provided = process.env.SLUICE_HEADLESS_GL !== undefined;

const [time, batch, inputSize, hiddenSize] = [20, 32, 64, 128];

function network(device: Device, dtype: FloatDType) {
  const lstm = new LSTM(device, { inputSize, hiddenSize });
  const x = device.tensor(new Random(1).normal(time * batch * inputSize), { shape: [time, batch, inputSize], dtype });
  return { lstm, gradients: () => valueAndGrad(() => mean(square(lstm.call(x).output)), lstm.parameters()) };
}

async function gradientsOf(backend: Backend, dtype: FloatDType): Promise<Map<string, ArrayLike<number>>> {
  using device = new Device(backend, { dtype, seed: 2 });
  const { value, gradients } = network(device, dtype).gradients();
  const read = new Map<string, ArrayLike<number>>([['loss', await value.data()]]);
  for (const [name, gradient] of gradients as ReadonlyMap<string, Tensor>) read.set(name, await gradient.data());
  return read;
}

describe.skipIf(!provided)(`an LSTM on headless GL${provided ? '' : ', skipped: npm test provides it'}`, () => {
  it('trains 200 steps with the losses of float64', async () => {
    const { losses, expected, difference, step } = await agreement(await createGpujsBackend({ mode: 'headlessgl' }));
    expect(difference, `step ${step}: ${losses[step]}, in float64 ${expected[step]}`).toBeLessThanOrEqual(
      agreementTolerance,
    );
    expect(losses).toHaveLength(200);
  }, 120_000);

  it('of 128 units takes at most 140 launches a training step, and holds as many textures after 12 steps as after 2', async () => {
    const backend = await createGpujsBackend({ mode: 'headlessgl' });
    using device = new Device(backend, { seed: 1 });
    const { lstm, gradients } = network(device, 'float32');
    const optimizer = new Adam(lstm.parameters());
    const step = () =>
      device.scope(() => {
        const result = gradients();
        optimizer.step(clipByGlobalNorm(result.gradients, 1).gradients);
        return result.value;
      });
    const held = () => ({ textures: backend.info.textures, kernels: backend.info.kernels });
    const losses: number[] = [];
    let launches = 0;
    let before = held();
    for (let i = 0; i < 12; i++) {
      const start = Number(backend.info.launches);
      const loss = step();
      launches = Number(backend.info.launches) - start;
      losses.push((await loss.data())[0]!);
      loss.dispose();
      if (i === 1) before = held();
    }
    expect(launches).toBeLessThanOrEqual(140);
    expect(held()).toEqual(before);
    expect(losses[11]).toBeLessThan(losses[0]!);
  });

  it('gives the gradients of float64 to 1e-4', async () => {
    const expected = await gradientsOf(createJsBackend(), 'float64');
    const got = await gradientsOf(await createGpujsBackend({ mode: 'headlessgl' }), 'float32');
    expect([...got.keys()]).toEqual([...expected.keys()]);
    for (const [name, values] of expected) {
      const largest = Array.from(values, Math.abs).reduce((a, b) => Math.max(a, b));
      const differences = Array.from(values, (value, i) => Math.abs(value - (got.get(name)?.[i] ?? Number.NaN)));
      expect(differences.reduce((a, b) => Math.max(a, b)) / largest, name).toBeLessThan(1e-4);
    }
  });

  it('computes what the composed steps do', async () => {
    const backend = await createGpujsBackend({ mode: 'headlessgl' });
    const { cells } = await checkFused(backend, { runs: 2 });
    expect(cells).toHaveLength(6);
    backend.dispose?.();
  }, 120_000);
});

it('computes what the composed steps do, in mode cpu', async () => {
  const { cells } = await checkFused(await createGpujsBackend({ mode: 'cpu' }), { runs: 6 });
  expect(cells).toHaveLength(6);
});
