import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device, Random } from '@sluice/core';
import { Dropout, LSTM, Module } from '@sluice/layers';
import { Adam, fit, meanSquaredError } from '@sluice/training';
import { expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [steps, settled] = [10_000, 2000];
const [time, batch, inputSize, hiddenSize] = [4, 4, 3, 8];
const size = time * batch;

class Network extends Module<[x: Parameters<LSTM['call']>[0]], Parameters<LSTM['call']>[0]> {
  readonly dropout = new Dropout(this.device, { probability: 0.1 });
  readonly lstm = new LSTM(this.device, { inputSize, hiddenSize, projectionSize: 1 });

  protected override forward(x: Parameters<LSTM['call']>[0]) {
    return this.lstm.call(this.dropout.call(x)).output;
  }
}

const backends: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  js: () => createJsBackend(),
  'wasm, 1 thread': () => createWasmBackend({ threads: 1 }),
  'wasm, 2 threads': () => createWasmBackend({ threads: 2, threadThreshold: 0 }),
};

const figures: string[] = [];

it.each(Object.entries(backends))(
  `${steps} steps of fit on %s keep the memory`,
  { timeout: 600_000 },
  async (name, create) => {
    const backend = await create();
    using device = new Device(backend, { seed: 1 });
    const model = new Network(device);
    const optimizer = new Adam(model.parameters());
    const random = new Random(2);
    const data = {
      batchesPerEpoch: steps,
      async *epoch() {
        for (let i = 0; i < steps; i++) {
          const x = Float32Array.from(random.normal(size * inputSize));
          yield { x, y: Float32Array.from(random.normal(size)) };
        }
      },
    };
    const loss = ({ x, y }: { x: Float32Array; y: Float32Array }) =>
      meanSquaredError(
        model.call(device.tensor(x, { shape: [time, batch, inputSize] })),
        device.tensor(y, { shape: [time, batch, 1] }),
      );
    const held = () => {
      collect();
      return { live: device.live, bytes: device.liveBytes, resident: process.memoryUsage.rss() };
    };
    let early = held();
    let late = early;
    const options = {
      model,
      optimizer,
      data,
      epochs: 1,
      loss,
      clip: { globalNorm: 1 },
      averageWeights: { decay: 0.9 },
    };
    for await (const event of fit(options)) {
      if (event.type === 'step' && event.step === settled) early = held();
      if (event.type === 'step' && event.step === steps) late = held();
    }
    expect([late.live, late.bytes]).toEqual([early.live, early.bytes]);
    const grown = (late.resident - early.resident) / 2 ** 20;
    // A leak of one small array a step would be more.
    expect(grown).toBeLessThan(16);
    figures.push(`${name} ${Math.max(0, grown).toFixed(1)} MiB`);
  },
);

it('and so they are told of', async ({ annotate }) => {
  const grown = figures.join(', ');
  await annotate(`${steps} steps, no array more than after ${settled}; the process grew by: ${grown}`, 'figure');
});
