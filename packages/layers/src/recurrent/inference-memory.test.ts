import { add, matMul, multiply, sigmoid, subtract, tanh, valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, type DataArray, Device, type Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { Linear } from '../linear.ts';
import { weigh } from '../testing/support.ts';
import { type CellState, type Prepared, RecurrentCell } from './cell.ts';
import { GRU } from './gru.ts';
import { LSTM } from './lstm.ts';
import { Recurrent, type RecurrentResult } from './recurrent.ts';
import { RNN } from './rnn.ts';

const wasm = (threads: number) => createWasmBackend({ simd: 'simd', threads, threadThreshold: threads > 1 ? 0 : 1e6 });
const backends: Record<string, () => Promise<Backend> | Backend> = {
  'wasm with 1 thread': () => wasm(1) as Promise<Backend>,
  'wasm with 2 threads': () => wasm(2) as Promise<Backend>,
  js: () => createJsBackend(),
};

/** A cell of a user's own; its gates are projected for all steps that run at once. */
class OwnCell extends RecurrentCell<CellState> {
  readonly gates: Linear;

  constructor(device: Device, inputSize: number, size: number) {
    super(device, inputSize, { hidden: size });
    this.gates = new Linear(device, { inputSize, outputSize: 2 * size });
  }

  override prepare(x: Tensor): Prepared<CellState> {
    const size = this.stateSizes.hidden;
    return {
      projected: this.gates.call(x),
      step: (projected, { hidden }) => {
        const [first, second] = [0, 1].map((k) => slicePart(projected, k * size, size));
        const z = sigmoid(add(first!, hidden));
        return { hidden: add(multiply(z, hidden), multiply(subtract(1, z), tanh(second!))) };
      },
    };
  }
}

function slicePart(x: Tensor, start: number, size: number): Tensor {
  const pick = Float32Array.from({ length: x.shape[1]! * size }, (_, i) =>
    Math.floor(i / size) === start + (i % size) ? 1 : 0,
  );
  return matMul(x, x.device.tensor(pick, { shape: [x.shape[1]!, size] }));
}

interface Options {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

type Layer = Recurrent<CellState>;
const layers: Record<string, (device: Device, options: Options) => Layer> = {
  LSTM: (device, options) => new LSTM(device, options) as unknown as Layer,
  'LSTM, 3 layers': (device, options) => new LSTM(device, { ...options, layers: 3 }) as unknown as Layer,
  'LSTM with a projection': (device, options) =>
    new LSTM(device, { ...options, projectionSize: options.hiddenSize / 4 }) as unknown as Layer,
  'LSTM, both ways, 2 layers': (device, options) =>
    new LSTM(device, { ...options, bidirectional: true, layers: 2 }) as unknown as Layer,
  'LSTM, both ways, 2 layers, sum, batch first': (device, options) =>
    new LSTM(device, { ...options, ...both, merge: 'sum' }) as unknown as Layer,
  'LSTM, both ways, 2 layers, none': (device, options) =>
    new LSTM(device, { ...options, ...both, merge: 'none' }) as unknown as Layer,
  'LSTM, 2 layers, dropout, batch first': (device, options) =>
    new LSTM(device, { ...options, layers: 2, dropout: 0.5, batchFirst: true }) as unknown as Layer,
  'GRU, reverse': (device, options) => new GRU(device, { ...options, reverse: true }),
  'GRU, reset before, batch first': (device, options) =>
    new GRU(device, { ...options, resetAfter: false, batchFirst: true }),
  RNN: (device, options) => new RNN(device, options),
  'RNN, 2 layers, both ways': (device, options) => new RNN(device, { ...options, ...both }),
  'an own cell': (device, { inputSize, hiddenSize }) => new Recurrent(new OwnCell(device, inputSize, hiddenSize)),
};
const both = { bidirectional: true, layers: 2, batchFirst: true } as const;

/** The most bytes that live on a device during `work`, and what it returned. */
function peakOf<R>(device: Device, work: () => R): { peak: number; result: R } {
  const { execute } = device;
  let peak = device.liveBytes;
  device.execute = (...args) => {
    const result = execute.apply(device, args);
    peak = Math.max(peak, device.liveBytes);
    return result;
  };
  try {
    return { result: work(), peak };
  } finally {
    device.execute = execute;
  }
}

async function dispose({ output, state }: RecurrentResult<CellState>): Promise<DataArray[]> {
  const all = [output, ...Object.values(state)] as Tensor[];
  const data = await Promise.all(all.map((tensor) => tensor.data()));
  for (const tensor of all) tensor.dispose();
  return data;
}

describe.each(Object.entries(backends))('without a tape, on %s', (backendName, create) => {
  const large = backendName !== 'js';
  const { time, batch } = large ? { time: 300, batch: 64 } : { time: 200, batch: 8 };
  const inputSize = 4;
  const someLengths = Array.from({ length: batch }, (_, row) => (row * 13) % (time - 20));

  describe.each(Object.entries(layers))('%s', (_name, make) => {
    it.each([
      ['all steps', undefined],
      ['lengths', someLengths],
    ])('needs little more than its output, and gives what it gives with a tape: %s', async (_, lengths) => {
      const device = new Device(await create(), { seed: 4 });
      const layer = make(device, { inputSize, hiddenSize: 32 });
      const shape = layer.batchFirst ? [batch, time, inputSize] : [time, batch, inputSize];
      const x = device.tensor(device.random.normal(time * batch * inputSize), { shape });
      const sizes = Object.entries(layer.cells[0]!.stateSizes);
      const state = Object.fromEntries(
        sizes.map(([key, size]) => [
          key,
          device.tensor(device.random.normal(layer.cells.length * batch * size), {
            shape: [layer.cells.length, batch, size],
          }),
        ]),
      ) as unknown as CellState;
      const before = device.liveBytes;
      const random = device.random.state;
      const { peak, result } = peakOf(device, () => layer.call(x, { lengths, state }));
      expect((peak - before) / (2.5 * result.output.size + x.size) / 4).toBeLessThan(1);
      const got = await dispose(result);
      expect(device.liveBytes).toBe(before);
      const after = device.random.state;
      device.random.state = random;
      const { auxiliary, gradients, value } = valueAndGrad(() => {
        const taped = layer.call(x, { lengths, state });
        return { value: weigh(taped.output), auxiliary: taped };
      }, layer.parameters());
      for (const tensor of [value, ...gradients.values()]) tensor.dispose();
      expect(device.random.state).toEqual(after);
      const expected = await dispose(auxiliary);
      for (const [i, data] of got.entries())
        expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(expected[i]!.buffer))).toBe(0);
      device.dispose();
    });
  });
});

it('keeps the memory of wasm small: 2 to 64, 1,000 steps of 256 rows', async () => {
  const backend = await wasm(1);
  const device = new Device(backend as Backend);
  const lstm = new LSTM(device, { inputSize: 2, hiddenSize: 64 });
  const x = device.ones([1000, 256, 2]);
  const { output, state } = lstm.call(x);
  const bytes = 4 * (2.5 * output.size + x.size);
  for (const tensor of [output, state.hidden, state.cell]) tensor.dispose();
  // Without stretches it is 674 MB.
  expect(backend.info.memoryBytes).toBeLessThan(bytes);
  device.dispose();
});
