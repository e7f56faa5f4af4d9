import { dropout, grad, sum } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, type DataArray, Device, type FloatDType, Random } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { LSTM } from './recurrent/lstm.ts';

const threaded = await createWasmBackend({ simd: 'simd', threads: 2, threadThreshold: 0 });
const wasm = await createWasmBackend({ simd: 'simd' });
const backends: Record<string, Backend> = {
  js: createJsBackend(),
  'wasm with 1 thread': wasm as Backend,
  'wasm with 2 threads': threaded as Backend,
};

/** The mask of a tensor of ones. */
async function maskOf(device: Device, size: number, probability: number): Promise<DataArray> {
  using x = device.ones([size]);
  using y = dropout(x, probability);
  return y.data();
}

describe.each(Object.entries(backends))('the dropout of %s', (name, backend) => {
  it.each<FloatDType>(['float32', 'float64'])('is that of Random, draw by draw, in %s', async (dtype) => {
    const device = new Device(backend, { dtype, seed: 2 ** 40 + 17 });
    const host = new Random(2 ** 40 + 17);
    // Odd sizes, so that streams begin within a block; then one that is split among threads.
    for (const [size, probability] of [
      [1, 0.5],
      [7, 0.1],
      [32, 1 / 3],
      [1001, 0.9],
      [40_003, 0.2],
      [5, 1],
    ] as const) {
      const mask = await maskOf(device, size, probability);
      const kept = probability === 1 ? 0 : 1 / (1 - probability);
      const expected = host.uniform(size).map((draw) => (draw < probability ? 0 : kept));
      expect(Array.from(mask)).toEqual(Array.from(dtype === 'float32' ? Float32Array.from(expected) : expected));
      expect(device.random.state).toEqual(host.state);
      expect(device.random.next()).toBe(host.next());
    }
  });

  it('continues from a saved state', async () => {
    const device = new Device(backend, { seed: 3 });
    await maskOf(device, 13, 0.5);
    const state = device.random.state;
    const expected = await maskOf(device, 600, 0.5);
    device.random.state = state;
    expect(await maskOf(device, 600, 0.5)).toEqual(expected);
  });

  it('draws on the host only where the backend cannot', async () => {
    let drawn = 0;
    const device = new Device(backend, { seed: 3 });
    const next = device.random.next.bind(device.random);
    device.random.next = () => {
      drawn++;
      return next();
    };
    await maskOf(device, 1000, 0.5);
    expect(drawn).toBe(name === 'js' ? 1000 : 0);
  });

  it('is the same between the layers of a stack, forward and backward', async () => {
    const run = async (other: Backend) => {
      const device = new Device(other, { seed: 5 });
      using lstm = new LSTM(device, { inputSize: 3, hiddenSize: 5, layers: 3, dropout: 0.5 });
      using x = device.ones([7, 3, 3]);
      const before = device.random.state.position;
      using weight = grad(() => sum(lstm.call(x).output), lstm.cells[0]!.parameters().get('weight_ih')!);
      expect(device.random.state.position - before).toBe(2 * 7 * 3 * 5);
      return weight.data();
    };
    const [got, expected] = [await run(backend), await run(backends.js!)];
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
  });
});
