import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor, type TensorData } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { Linear } from '@sluice/layers';
import { expect, it } from 'vitest';
import { Adam, type FitEvent, fit, meanSquaredError } from '../index.ts';

interface Pair {
  readonly x: TensorData;
  readonly y: TensorData;
}

function source(batches: number): BatchSource<Pair> {
  return {
    batchesPerEpoch: batches,
    async *epoch(index, start = 0) {
      for (let k = start; k < batches; k++) {
        const x = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i * 1.3 + k + 0.1 * index));
        const y = Float32Array.from({ length: 4 }, (_, i) => 2 * x[2 * i]! - x[2 * i + 1]! + 0.5);
        yield { x: { dtype: 'float32', shape: [4, 2], data: x }, y: { dtype: 'float32', shape: [4, 1], data: y } };
      }
    },
  };
}

it('learns, and leaves nothing behind', async () => {
  const device = new Device(createJsBackend(), { seed: 1 });
  const model = new Linear(device, { inputSize: 2, outputSize: 1 });
  const optimizer = new Adam(model.parameters(), { learningRate: 0.05 });
  const before = device.live;
  const events: FitEvent[] = [];
  const loss = ({ x, y }: Pair): Tensor => meanSquaredError(model.call(device.tensor(x)), device.tensor(y));
  for await (const event of fit({ model, optimizer, data: source(5), epochs: 60, loss })) events.push(event);
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  expect(losses).toHaveLength(300);
  expect(losses.at(-1)).toBeLessThan(1e-3);
  expect(device.live).toBe(before);
});
