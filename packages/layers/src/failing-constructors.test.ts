import { createJsBackend } from '@sluice/backend-js';
import { BackendError, Device, type Guard, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import {
  CRF,
  Embedding,
  GRU,
  GRUCell,
  type Initializer,
  LayerNorm,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  RNN,
  RNNCell,
  uniform,
} from './index.ts';

class Tagger extends Module<[words: Tensor], Tensor> {
  readonly embedding: Embedding;
  readonly gru: GRU;
  readonly head: Linear;

  constructor(device: Device, initializer: Initializer) {
    super(device);
    this.embedding = new Embedding(device, { count: 11, size: 4, initializer });
    this.gru = new GRU(device, { inputSize: 4, hiddenSize: 4, recurrentInitializer: initializer });
    this.head = new Linear(device, {
      inputSize: 4,
      outputSize: 11,
      weight: this.embedding.weight,
      biasInitializer: initializer,
    });
  }

  protected override forward(words: Tensor): Tensor {
    return this.head.call(this.gru.call(this.embedding.call(words)).output);
  }
}

type Make = (device: Device, initializer: Initializer) => Module;
const sizes = { inputSize: 2, hiddenSize: 3 };
const everyInitializer = (initializer: Initializer) => ({
  inputInitializer: initializer,
  recurrentInitializer: initializer,
  biasInitializer: initializer,
});
const projected = (initializer: Initializer) => ({
  ...sizes,
  ...everyInitializer(initializer),
  projectionSize: 2,
  projectionInitializer: initializer,
});

const layers: [name: string, make: Make][] = [
  ['Embedding', (on, initializer) => new Embedding(on, { count: 3, size: 2, initializer })],
  [
    'Linear',
    (on, draw) => new Linear(on, { inputSize: 2, outputSize: 3, weightInitializer: draw, biasInitializer: draw }),
  ],
  ['LayerNorm', (on) => new LayerNorm(on, { size: 3 })],
  ['CRF', (on, initializer) => new CRF(on, { tags: 3, initializer })],
  ['RNNCell', (on, draw) => new RNNCell(on, { ...sizes, ...everyInitializer(draw) })],
  ['GRUCell', (on, draw) => new GRUCell(on, { ...sizes, ...everyInitializer(draw) })],
  ['LSTMCell', (on, draw) => new LSTMCell(on, projected(draw))],
  ['RNN', (on, draw) => new RNN(on, { ...sizes, ...everyInitializer(draw), layers: 2, bidirectional: true })],
  ['GRU', (on, draw) => new GRU(on, { ...sizes, ...everyInitializer(draw), layers: 2, bidirectional: true })],
  ['LSTM', (on, draw) => new LSTM(on, { ...projected(draw), layers: 2, bidirectional: true })],
  ['a model', (on, initializer) => on.attempt(() => new Tagger(on, initializer))],
];

/** An initializer that throws at its n-th call. */
function failingAt(n: number): { readonly draw: Initializer; readonly calls: () => number } {
  let calls = 0;
  const draw: Initializer = (random, shape) => {
    if (calls++ === n) throw new Error('drawn enough');
    return uniform(-1, 1)(random, shape);
  };
  return { draw, calls: () => calls };
}

it.each(layers)('%s leaves nothing when an initializer throws, whichever it is', (name, make) => {
  const device = new Device(createJsBackend());
  const other = new Linear(device, { inputSize: 2, outputSize: 2 });
  const { live, liveBytes } = device;
  const counting = failingAt(-1);
  make(device, counting.draw).dispose();
  expect(device.live).toBe(live);
  expect(counting.calls() > 0).toBe(name !== 'LayerNorm');
  for (let n = 0; n < counting.calls(); n++) {
    expect(() => make(device, failingAt(n).draw)).toThrow('drawn enough');
    expect([device.live, device.liveBytes]).toEqual([live, liveBytes]);
  }
  expect(other.weight.disposed).toBe(false);
});

it.each(layers)('%s leaves nothing when memory runs out on the way', (_name, make) => {
  let left = Number.POSITIVE_INFINITY;
  const backend = createJsBackend();
  const limited: typeof backend = {
    ...backend,
    upload: (data, dtype) => {
      if (left-- <= 0) throw new BackendError('no memory');
      return backend.upload(data, dtype);
    },
  };
  const device = new Device(limited);
  const { draw } = failingAt(-1);
  const model = make(device, draw);
  const parameters = model.parameters().size;
  model.dispose();
  for (let n = 0; n < parameters; n++) {
    left = n;
    expect(() => make(device, draw)).toThrow('no memory');
    expect(device.live).toBe(0);
  }
});

it('draws nothing and asks the guard for a model that is to be given its weights', () => {
  const device = new Device(createJsBackend());
  const { state } = device.random;
  const never: Initializer = () => {
    throw new Error('drawn');
  };
  const bytes = 4 * (4 * 3 * 2 + 4 * 3 * 3 + 2 * 4 * 3);
  const below =
    (most: number): Guard =>
    (operation, shape, size) => {
      if (device.liveBytes + size > most) throw new Error(`${operation}: ${shape}`);
    };
  const make = () => new LSTM(device, { ...sizes, inputInitializer: never });
  const lstm = device.attempt(make, below(bytes));
  expect(lstm.parameters().get('weight_hh_l0')?.shape).toEqual([12, 3]);
  expect(device.random.state).toEqual(state);
  lstm.dispose();
  expect(() => device.attempt(make, below(bytes - 1))).toThrow('lstm: 12');
  expect(device.live).toBe(0);
});
