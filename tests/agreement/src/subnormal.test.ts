import { gather, mean, multiply, slice, square, sum, valueAndGrad } from '@sluice/autograd';
import { createJsBackend, type JsStorage } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device, type DType, Parameter, Random } from '@sluice/core';
import { GRU, Linear, LSTM, RNN } from '@sluice/layers';
import { Adam, AdamW, fit, type Optimizer, RMSprop, SGD } from '@sluice/training';
import { describe, expect, it } from 'vitest';
import { watched } from './watched.ts';

type AnyBackend = Backend<{ readonly dtype: DType }>;

const wasm = async (options: object) => (await createWasmBackend(options)) as unknown as AnyBackend;
const backends: Record<string, () => AnyBackend | Promise<AnyBackend>> = {
  js: () => createJsBackend() as Backend<JsStorage> as unknown as AnyBackend,
  wasm: () => wasm({ simd: 'simd' }),
  'wasm, the faster build': () => wasm({}),
  'wasm, two threads': () => wasm({ simd: 'simd', threads: 2, threadThreshold: 0 }),
};

const [time, batch] = [120, 5];
const sizes = { inputSize: 2, hiddenSize: 12 };

const layers = {
  LSTM: (device: Device) => new LSTM(device, sizes),
  'LSTM, projected': (device: Device) => new LSTM(device, { ...sizes, projectionSize: 7 }),
  'GRU, reset after': (device: Device) => new GRU(device, sizes),
  'GRU, reset before': (device: Device) => new GRU(device, { ...sizes, resetAfter: false }),
  RNN: (device: Device) => new RNN(device, sizes),
  'RNN, relu': (device: Device) => new RNN(device, { ...sizes, nonlinearity: 'relu' }),
};

/** Gradients of the mean square of the last state, times `scale`: they vanish on their way to the first steps. */
async function lastState(device: Device, make: (typeof layers)[keyof typeof layers], scale: number) {
  const layer = make(device);
  const values = new Random(3).normal(time * batch * sizes.inputSize);
  const shape = [time, batch, sizes.inputSize];
  const x = new Parameter(device.tensor(Float32Array.from(values), { shape }));
  const targets = new Map<string, Parameter>([...layer.parameters(), ['x', x]]);
  const loss = () => multiply(mean(square(slice(layer.call(x).output, 0, { start: -1 }))), scale);
  const { gradients } = valueAndGrad(loss, targets);
  return new Map(await Promise.all([...gradients].map(async ([name, tensor]) => [name, await tensor.data()] as const)));
}

describe.each(Object.entries(backends))('%s', (_, create) => {
  it.each(Object.entries(layers))(
    '%s: gradients that vanish through time become zero, none subnormal',
    async (__, make) => {
      for (const fused of [true, false]) {
        const watch = watched(await create());
        using device = new Device(watch.backend, { seed: 1, fused });
        const gradients = await lastState(device, make, 1e-20);
        const { subnormal, zero, all } = await watch.count();
        expect(subnormal).toBe(0);
        // They do vanish, and not everywhere.
        const first = gradients.get('x')!.subarray(0, batch * sizes.inputSize);
        const last = gradients.get('x')!.subarray(-batch * sizes.inputSize);
        expect([...first].every((value) => value === 0)).toBe(true);
        expect([...last].every((value) => value !== 0)).toBe(true);
        expect(zero).toBeLessThan(all);
      }
    },
  );

  it('gradients of ordinary size keep their bits', async () => {
    // A power of two scales all of them, so that only those differ that one run loses and the other does not.
    const gradients = async (scale: number) => {
      using device = new Device(await create(), { seed: 1 });
      return await lastState(device, layers.LSTM, scale);
    };
    const small = await gradients(2 ** -40);
    const large = await gradients(2 ** 40);
    for (const [name, values] of small) {
      if (name === 'x') continue;
      expect(values.map((value) => value * 2 ** 80)).toEqual(large.get(name));
    }
  });
});

it('vanishing gradients are the same to the bit on one thread and on two', async () => {
  for (const make of Object.values(layers)) {
    const [alone, together] = await Promise.all(
      ['wasm', 'wasm, two threads'].map(async (name) => {
        using device = new Device(await backends[name]!(), { seed: 1 });
        return await lastState(device, make, 1e-20);
      }),
    );
    expect(together).toEqual(alone);
  }
});

const rules: Record<string, (parameters: ReadonlyMap<string, Parameter>) => Optimizer> = {
  SGD: (parameters) => new SGD(parameters, { learningRate: 0.1, momentum: 0.8 }),
  'SGD, Nesterov': (parameters) => new SGD(parameters, { learningRate: 0.1, momentum: 0.8, nesterov: true }),
  Adam: (parameters) => new Adam(parameters),
  'Adam with a penalty': (parameters) => new Adam(parameters, { weightDecay: 1e-30 }),
  AdamW: (parameters) => new AdamW(parameters),
  RMSprop: (parameters) => new RMSprop(parameters, { alpha: 0.8 }),
  'RMSprop, centred, with momentum': (parameters) =>
    new RMSprop(parameters, { alpha: 0.8, centered: true, momentum: 0.8 }),
};

const [rows, width] = [40, 6];

/** All rows of a table are used twice, with gradients of every size, and then one row for so many steps. */
async function trainTable(device: Device, make: (typeof rules)[string], steps: number) {
  const random = new Random(5);
  const table = new Parameter(device.tensor(Float32Array.from(random.normal(rows * width)), { shape: [rows, width] }));
  // From 1e-2 down to 1e-38, row by row.
  const scales = device.tensor(
    Float32Array.from({ length: rows * width }, (_, i) => 10 ** -(2 + (36 * Math.floor(i / width)) / (rows - 1))),
    { shape: [rows, width] },
  );
  const optimizer = make(new Map([['table', table]]));
  for (let t = 0; t < steps; t++) {
    device.scope(() => {
      const used = device.tensor(t < 2 ? Int32Array.from({ length: rows }, (_, i) => i) : Int32Array.of(0));
      const loss = () => sum(gather(multiply(table, scales), used, 0));
      optimizer.step(valueAndGrad(loss, optimizer.parameters).gradients);
    });
  }
  const { tensors } = await optimizer.stateDict();
  return new Map([['table', await table.data()], ...[...tensors].map(([name, { data }]) => [name, data] as const)]);
}

describe.each(Object.entries(backends))('%s', (_, create) => {
  it.each(Object.entries(rules))('%s: moments that go stale become zero, none subnormal', async (__, make) => {
    for (const fused of [true, false]) {
      const watch = watched(await create());
      using device = new Device(watch.backend, { seed: 1, fused });
      const state = await trainTable(device, make, 120);
      expect((await watch.count()).subnormal).toBe(0);
      for (const values of state.values()) {
        expect(values.some((value) => value !== 0)).toBe(true);
        expect(values.every((value) => value === 0 || Math.abs(value) >= 2 ** -126)).toBe(true);
      }
    }
  });
});

it.each(Object.entries(backends))(
  '%s: means of weights that became zero shrink to the smallest normal numbers, none subnormal',
  async (_, create) => {
    const watch = watched(await create());
    using device = new Device(watch.backend, { seed: 1 });
    const model = new Linear(device, { inputSize: 2, outputSize: 2, bias: false });
    const setTo = (value: number) => model.weight.assign(device.keep(device.full([2, 2], value)));
    setTo(1e-36);
    const x = device.ones([1, 2]);
    const data = {
      batchesPerEpoch: 40,
      async *epoch() {
        for (let step = 1; step <= 40; step++) {
          if (step === 3) setTo(0);
          yield step;
        }
      },
    };
    const saved: (number | undefined)[] = [];
    const run = fit({
      model,
      optimizer: new SGD(model.parameters(), { learningRate: 0 }),
      data,
      epochs: 1,
      loss: () => mean(square(model.call(x))),
      averageWeights: { decay: 0.5 },
      checkpoint: { save: ({ average }) => void saved.push(average?.get('weight')?.data[0]), everySteps: 5 },
    });
    for await (const event of run) void event;
    expect((await watch.count()).subnormal).toBe(0);
    expect(saved[0]).toBeGreaterThan(2 ** -126);
    expect(saved.at(-1)).toBeLessThan(2 ** -124);
  },
);

it.each(Object.entries(rules))(
  '%s: on one thread and on two, in both builds, the bits are the same, and those of composed steps but for the smallest',
  async (_, make) => {
    const results = await Promise.all(
      [
        ['wasm', true],
        ['wasm', false],
        ['wasm, two threads', true],
        ['wasm, the faster build', true],
      ].map(async ([name, fused]) => {
        using device = new Device(await backends[name as string]!(), { seed: 1, fused: fused as boolean });
        return await trainTable(device, make, 60);
      }),
    );
    const [alone, composed, ...others] = results;
    for (const other of others) expect(other).toEqual(alone);
    // Composed steps flush each product, a fused one what it stores: they may differ by a few of the smallest normal numbers, and nowhere else.
    for (const [name, values] of composed!) {
      for (const [i, value] of values.entries()) {
        const difference = Math.abs(value - alone!.get(name)![i]!);
        if (Math.abs(value) > 2 ** -100) expect(difference).toBe(0);
        else expect(difference).toBeLessThan(2 ** -120);
      }
    }
  },
);
