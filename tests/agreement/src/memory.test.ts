import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mean, square, valueAndGrad } from '@sluice/autograd';
import { createGpujsBackend } from '@sluice/backend-gpujs';
import { Device, Random } from '@sluice/core';
import { LSTM } from '@sluice/layers';
import { Adam, clipByGlobalNorm } from '@sluice/training';
import { describe, expect, it, vi } from 'vitest';

const provided = process.env.SLUICE_HEADLESS_GL !== undefined;

const [time, batch, inputSize, hiddenSize] = [3, 4, 3, 8];

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe.skipIf(!provided)(`a training on headless GL${provided ? '' : ', skipped: npm test provides it'}`, () => {
  it('of 1,000 steps reads back the losses alone, and takes no more memory from the 200th step on', async () => {
    const backend = await createGpujsBackend({ mode: 'headlessgl' });
    const download = vi.spyOn(backend, 'download');
    using device = new Device(backend, { seed: 1 });
    const lstm = new LSTM(device, { inputSize, hiddenSize });
    const optimizer = new Adam(lstm.parameters());
    const random = new Random(1);
    const step = () =>
      device.scope(() => {
        const x = device.tensor(Float32Array.from(random.normal(time * batch * inputSize)), {
          shape: [time, batch, inputSize],
        });
        const { value, gradients } = valueAndGrad(() => mean(square(lstm.call(x).output)), lstm.parameters());
        optimizer.step(clipByGlobalNorm(gradients, 0.01).gradients);
        return value;
      });
    const held = async () => {
      collect();
      // What finalizers let go of.
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
      const { textures, kernels } = backend.info;
      return { arrays: { live: device.live, textures, kernels }, megabytes: process.memoryUsage.rss() / 2 ** 20 };
    };
    const train = async (steps: number) => {
      for (let i = 0; i < steps; i++) {
        const loss = step();
        if (i % 100 === 99) await loss.data();
        loss.dispose();
      }
      return held();
    };
    const early = await train(200);
    const late = await train(800);
    expect(late.arrays).toEqual(early.arrays);
    expect(late.megabytes - early.megabytes).toBeLessThan(30);
    // Every 100th loss.
    expect(download).toHaveBeenCalledTimes(10);
  }, 120_000);
});
