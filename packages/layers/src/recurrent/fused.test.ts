import { checkpoint, grad, square, sum } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device, type FusedCell, type RecurrentKernels, UnsupportedError } from '@sluice/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, Workbench, weigh } from '../testing/support.ts';
import { checkFused, FusedKernelError } from './check-fused.ts';
import { checkErrorCarousel } from './error-carousel.ts';
import { GRU } from './gru.ts';
import { LSTM } from './lstm.ts';
import { RNN } from './rnn.ts';

let backend: Backend;
let kernels: RecurrentKernels<unknown>;
beforeAll(async () => {
  backend = await createWasmBackend();
  kernels = backend.recurrent as RecurrentKernels<unknown>;
});

/** The backend with other kernels; its getters need their own object. */
function withKernels(recurrent: RecurrentKernels<unknown>): Backend {
  return Object.create(backend, { recurrent: { value: recurrent } }) as Backend;
}

/** Kernels that note what they are called for. */
function observed(calls: string[]): Backend {
  return withKernels({
    supports: (cell) => kernels.supports(cell),
    forward: (cell, inputs, options) => {
      calls.push(`${cell.kind}${options.save ? ', saving' : ''}`);
      return kernels.forward(cell, inputs, options);
    },
    backward: (cell, ...rest) => {
      calls.push(`back ${cell.kind}`);
      return kernels.backward(cell, ...rest);
    },
  });
}

const makers = {
  lstm: (device: Device) => new LSTM(device, { inputSize: 3, hiddenSize: 5, bidirectional: true }),
  gru: (device: Device) => new GRU(device, { inputSize: 3, hiddenSize: 5, bidirectional: true }),
  rnn: (device: Device) => new RNN(device, { inputSize: 3, hiddenSize: 5, bidirectional: true }),
  projectedLstm: (device: Device) =>
    new LSTM(device, { inputSize: 3, hiddenSize: 5, projectionSize: 2, bidirectional: true }),
};
const names = Object.keys(makers) as FusedCell['kind'][];

describe('fused kernels', () => {
  it.each([1, 2, 3])('are the composed steps, outputs and all gradients, seed %i', async (seed) => {
    const { cells, compared, error } = await checkFused(backend, { seed });
    const grus = ['gru, resetAfter true', 'gru, resetAfter false'];
    expect(cells).toEqual(['lstm', 'lstm, projected', ...grus, 'rnn, tanh', 'rnn, relu']);
    expect(compared).toBeGreaterThan(6 * 40 * 5);
    expect(error).toBeGreaterThan(0);
  });

  it('keep a pulse and its gradient over 1,000 steps', async () => {
    const { output } = await checkErrorCarousel(new Device(backend));
    expect(output).toBeCloseTo(0.642, 4);
  });

  it.each(names)('run for a layer: %s', async (name) => {
    const calls: string[] = [];
    const bench = new Workbench(observed(calls), 'float32');
    const layer = bench.own(makers[name](bench.device));
    const x = bench.normal([4, 2, 3]);
    await bench.read(layer.call(x));
    expect(calls.splice(0)).toEqual([name, name]);
    await bench.read(grad(() => weigh(layer.call(x, { lengths: [1, 4] })), layer.parameters()));
    expect(calls).toEqual([`${name}, saving`, `${name}, saving`, `back ${name}`, `back ${name}`]);
    expect(bench.finish()).toBe(0);
  });

  it.each([
    ['a device with fused false', () => new Device(observed(unexpected), { fused: false })],
    ['a dtype that they do not support', () => new Device(observed(unexpected), { dtype: 'float64' })],
  ])('do not run for %s', async (_, create) => {
    const device = create();
    using lstm = makers.lstm(device);
    using x = device.ones([2, 1, 3]);
    const { output, state } = lstm.call(x);
    for (const tensor of [output, state.hidden, state.cell]) tensor.dispose();
    expect(unexpected).toEqual([]);
  });

  it('do not run for a cell that they do not know', async () => {
    const calls: string[] = [];
    const older = observed(calls);
    const onlyLSTM = { ...older.recurrent, supports: ({ kind }: FusedCell) => kind === 'lstm' };
    const bench = new Workbench(withKernels(onlyLSTM as RecurrentKernels<unknown>), 'float32');
    await bench.read(bench.own(makers.projectedLstm(bench.device)).call(bench.normal([2, 1, 3])));
    expect(calls).toEqual([]);
    await bench.read(bench.own(makers.lstm(bench.device)).call(bench.normal([2, 1, 3])));
    expect(calls).toEqual(['lstm', 'lstm']);
    expect(bench.finish()).toBe(0);
  });

  it.each(names)('give gradients of gradients, by the composed steps: %s', async (name) => {
    const second = async (on: boolean) => {
      const calls: string[] = [];
      const device = new Device(observed(calls), { fused: on, seed: 2 });
      using layer = makers[name](device);
      using x = device.keep(
        device.tensor(
          Array.from({ length: 4 * 3 * 3 }, (_, i) => Math.sin(i)),
          { shape: [4, 3, 3] },
        ),
      );
      const outer = grad(() => {
        const inner = grad(() => weigh(layer.call(x, { lengths: [4, 0, 2] })), x);
        return sum(square(inner));
      }, layer.parameters());
      const numbers: number[] = [];
      for (const tensor of outer.values()) {
        numbers.push(...(await tensor.data()));
        tensor.dispose();
      }
      return { numbers, calls, live: device.live };
    };
    const [fused, composed] = [await second(true), await second(false)];
    expect(fused.calls).toContain(`${name}, saving`);
    expect(composed.calls).toEqual([]);
    expect(Math.max(...composed.numbers.map(Math.abs))).toBeGreaterThan(0.1);
    expect(distance(fused.numbers, composed.numbers)).toBeLessThan(1e-4);
  });

  it('that run from the input on see a parameter that was assigned, on each of two devices', async () => {
    const calls: string[] = [];
    const infer: RecurrentKernels<unknown>['infer'] = (cell, ...rest) => {
      calls.push(cell.kind);
      return kernels.infer!(cell, ...rest);
    };
    const outputs: number[][] = [];
    for (const fused of [true, false]) {
      const device = new Device(withKernels({ ...kernels, infer }), { seed: 3, fused });
      using lstm = makers.lstm(device);
      using x = device.ones([4, 2, 3]);
      const run = async () => {
        const { live } = device;
        const { output, state } = lstm.call(x);
        outputs.push([...(await output.data())]);
        for (const tensor of [output, state.hidden, state.cell]) tensor.dispose();
        expect(device.live).toBe(live);
      };
      await run();
      for (const parameter of lstm.parameters().values()) parameter.assign(device.full(parameter.shape, 0.25));
      await run();
    }
    expect(calls).toEqual(['lstm', 'lstm', 'lstm', 'lstm']);
    expect(distance(outputs[0]!, outputs[1]!)).toBeGreaterThan(0.1);
    for (const i of [0, 1]) expect(distance(outputs[i]!, outputs[i + 2]!)).toBeLessThan(1e-5);
  });

  it.each(names)('that run from the input on let a checkpoint know what they use, %s', async (name) => {
    const device = new Device(backend, { seed: 4 });
    using layer = makers[name](device);
    using x = device.tensor(device.random.normal(18), { shape: [3, 2, 3], dtype: 'float32' });
    const gradients = async (wrap: boolean) => {
      const run = () => weigh(layer.call(x));
      const found = grad(() => (wrap ? checkpoint(device, run) : run()), layer.parameters());
      const numbers: number[] = [];
      for (const tensor of found.values()) {
        numbers.push(...(await tensor.data()));
        tensor.dispose();
      }
      return numbers;
    };
    expect(await gradients(true)).toEqual(await gradients(false));
  });

  it('that fail are an error, not another way', () => {
    const fail = () => {
      throw new UnsupportedError('kernel: broken');
    };
    const device = new Device(withKernels({ ...kernels, forward: fail, infer: fail }));
    using lstm = makers.lstm(device);
    using x = device.ones([2, 1, 3]);
    expect(() => lstm.call(x)).toThrow('kernel: broken');
  });
});

/** Nothing may come here. */
const unexpected: string[] = [];

describe('checkFused', () => {
  it('notices wrong outputs and gradients', async () => {
    const shifted = (storage: unknown) => {
      const size = (storage as { size: number }).size;
      const x = { storage, shape: [size], dtype: 'float32' as const };
      return backend.binary('add', x, { ...x, storage: backend.fill(1, 0.01, 'float32'), shape: [1] }, [size]);
    };
    const wrongOutput = withKernels({
      ...kernels,
      forward: (...args) => {
        const result = kernels.forward(...args);
        return { ...result, output: shifted(result.output) };
      },
    });
    const wrongWeight = withKernels({
      ...kernels,
      backward: (...args) => {
        const result = kernels.backward(...args);
        return { ...result, weight: shifted(result.weight) };
      },
    });
    await expect(checkFused(wrongOutput, { runs: 4 })).rejects.toThrow(FusedKernelError);
    await expect(checkFused(wrongOutput, { runs: 4 })).rejects.toThrow(
      /^checkFused: output of lstm .* is 0\.0\d+ off, expected at most 0.0001/,
    );
    await expect(checkFused(wrongWeight, { runs: 4 })).rejects.toThrow(/gradient of weight_hh_l\d\S* of lstm/);
    await expect(checkFused(wrongOutput, { runs: 4, tolerance: 10 })).resolves.toBeDefined();
  });

  it('says that there is nothing to check', async () => {
    await expect(checkFused(createJsBackend())).rejects.toThrow('backend js has no fused kernels for float32');
    await expect(checkFused(backend, { dtype: 'float64' })).rejects.toThrow(
      'backend wasm has no fused kernels for float64',
    );
    await expect(checkFused(backend, { runs: 0 })).rejects.toThrow('checkFused: runs is 0');
  });
});
