import { add, checkGradients, sum } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { type Backend, Device, SluiceError, Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import * as layers from './index.ts';

const { CRF, Dropout, Embedding, GRU, GRUCell, LayerNorm, Linear, LSTM, LSTMCell, Module, Recurrent, RNN, RNNCell } =
  layers;

const device = new Device(createJsBackend());
const sizes = { inputSize: 3, hiddenSize: 4 };
const sequence = device.ones([5, 2, 3]);
const step = device.ones([2, 3]);
const ids = device.zeros([5, 2], 'int32');

interface Kind {
  readonly operation: string;
  readonly make: (on: Device) => layers.Module<readonly never[], unknown>;
  readonly args: readonly unknown[];
}

const any = (make: (on: Device) => unknown) => make as Kind['make'];

/** Every layer, and what its call takes. */
const kinds: Readonly<Record<string, Kind>> = {
  CRF: { operation: 'crf', make: any((on) => new CRF(on, { tags: 3 })), args: [sequence, ids, { lengths: [5, 2] }] },
  Dropout: { operation: 'dropout', make: any((on) => new Dropout(on, { probability: 0.5 })), args: [step] },
  Embedding: { operation: 'embedding', make: any((on) => new Embedding(on, { count: 2, size: 2 })), args: [ids] },
  GRU: { operation: 'gru', make: any((on) => new GRU(on, sizes)), args: [sequence, { lengths: [5, 2] }] },
  GRUCell: {
    operation: 'gruCell',
    make: any((on) => new GRUCell(on, sizes)),
    args: [step, { hidden: device.ones([2, 4]) }],
  },
  LSTM: { operation: 'lstm', make: any((on) => new LSTM(on, sizes)), args: [sequence, { lengths: [5, 2] }] },
  LSTMCell: { operation: 'lstmCell', make: any((on) => new LSTMCell(on, sizes)), args: [step, undefined] },
  LayerNorm: { operation: 'layerNorm', make: any((on) => new LayerNorm(on, { size: 3 })), args: [step] },
  Linear: { operation: 'linear', make: any((on) => new Linear(on, { inputSize: 3, outputSize: 2 })), args: [step] },
  RNN: { operation: 'rnn', make: any((on) => new RNN(on, sizes)), args: [sequence, { lengths: [5, 2] }] },
  RNNCell: { operation: 'rnnCell', make: any((on) => new RNNCell(on, sizes)), args: [step, undefined] },
  Recurrent: {
    operation: 'recurrent',
    make: any((on) => new Recurrent(new GRUCell(on, sizes))),
    args: [sequence, { lengths: [5, 2] }],
  },
};

it('knows every layer', () => {
  const isLayer = (value: unknown) => typeof value === 'function' && value.prototype instanceof Module;
  const abstract = ['RecurrentCell'];
  const exported = Object.entries(layers).filter(([name, value]) => isLayer(value) && !abstract.includes(name));
  expect(Object.keys(kinds).sort()).toEqual(exported.map(([name]) => name).sort());
});

const callOf = (layer: Kind['make'] extends (on: Device) => infer L ? L : never) => (args: readonly unknown[]) =>
  layer.call(...(args as never[]));

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

const freed = device.ones([2, 3]);
freed.dispose();

const wrong: readonly [what: string, value: unknown][] = [
  ['a tensor that was freed', freed],
  ['a tensor of another device', new Device(createJsBackend()).ones([2, 3])],
  ['undefined', undefined],
  ['an array', [[1, 2, 3]]],
  ['a promise', Promise.resolve(step)],
  ['a scalar', device.tensor(1)],
  ['bools', device.ones([2, 3], 'bool')],
  ['too many axes', device.ones([2, 3, 4, 5])],
  ['another size', device.ones([5, 2, 7])],
  ['another dtype', device.zeros([2, 3], 'int32')],
  [
    'indices outside',
    device.tensor(
      [
        [0, 1],
        [1, 0],
        [9, 0],
        [0, 0],
        [0, 0],
      ],
      { dtype: 'int32' },
    ),
  ],
];

/** What nothing takes, but that `undefined` is nothing given. */
const always = wrong.slice(0, 5).map(([what]) => what);

describe.each(Object.entries(kinds))('%s', (_, { operation, make, args }) => {
  const layer = make(device);
  const call = callOf(layer);

  it('names itself where it refuses what it is called with', () => {
    expect(errorOf(() => call(args))).toBe(undefined);
    args.forEach((argument, place) => {
      for (const [what, value] of wrong) {
        const error = errorOf(() => call(args.with(place, value)));
        if (error === undefined) {
          expect(always.includes(what) && !(value === undefined && !(argument instanceof Tensor)), what).toBe(false);
          continue;
        }
        const label = `${what} as argument ${place}: ${error}`;
        expect(error, label).toBeInstanceOf(SluiceError);
        expect((error as Error).message, label).toMatch(new RegExp(`^${operation}: `));
      }
    });
  });

  it('refuses more arguments than it takes, and other things in the place of options', () => {
    const full = [...args];
    expect(errorOf(() => call([...full, step]))).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`^${operation}: call has ${full.length + 1} arguments, expected at most`),
      ),
    });
    expect(errorOf(() => call([...full, undefined]))).toBe(undefined);
    const last = full.at(-1);
    if (!Object.keys(Object(last)).some((key) => key === 'lengths' || key === 'hidden')) return;
    for (const value of [step, 1, [step], true, { ...(last as object), unheardOf: 1 }]) {
      const error = errorOf(() => call([...full.slice(0, -1), value]));
      expect((error as Error).message).toMatch(
        new RegExp(`^${operation}: (input|state)(\\.unheardOf is no option| is .*, expected an object with options)`),
      );
    }
  });

  it('refuses what is no device', () => {
    const { backend } = device;
    for (const value of [backend, undefined, Promise.resolve(device), {}]) {
      const error = errorOf(() => make(value as never));
      const label = String(error);
      expect(error, label).toBeInstanceOf(SluiceError);
      expect((error as Error).message, label).toMatch(/^\w+: device is /);
    }
  });

  it('tells which parameter was freed', () => {
    const gone = make(device);
    if (gone.parameters().size === 0) return;
    gone.dispose();
    expect(errorOf(() => callOf(gone)(args))).toMatchObject({
      name: 'DisposedError',
      message: expect.stringMatching(new RegExp(`^${operation === 'recurrent' ? '\\w+' : operation}: parameter \\w+`)),
    });
    expect(() => gone.loadStateDict(new Map())).toThrow(/^loadStateDict: parameter /);
    return expect(gone.stateDict()).rejects.toThrow(/^stateDict: parameter /);
  });
});

it('a state must have the names of the cell, and no others', () => {
  const gru = new GRU(device, sizes);
  const { state } = new LSTM(device, sizes).call(sequence);
  expect(() => gru.call(sequence, { state } as never)).toThrow('gru: state.cell is no option, expected one of hidden');
  const lstm = new LSTM(device, sizes);
  const pair = [state.hidden, state.cell];
  expect(() => lstm.call(sequence, { state: pair } as never)).toThrow('lstm: state is of class Array, expected an obj');
  expect(() => lstm.call(sequence, { lengths: 5 } as never)).toThrow(/^lstm: lengths /);
});

it('indices and tags are named with their place', () => {
  const outside = (at: number) => {
    const data = new Int32Array(10);
    data[at] = 7;
    return device.tensor(data, { shape: [5, 2] });
  };
  const embedding = new Embedding(device, { count: 3, size: 2 });
  expect(() => embedding.call(outside(5))).toThrow('embedding: indices[2][1] is 7, expected 0 to 2');
  const crf = new CRF(device, { tags: 3 });
  expect(() => crf.call(sequence, outside(5))).toThrow('crf: tags[2][1] is 7, expected 0 to 2');
  expect(() => crf.call(sequence, outside(4), { lengths: [4, 3] })).toThrow('crf: tags[2][0] is 7, expected 0 to 2');
  expect(() => crf.call(sequence, outside(9), { lengths: [5, 3] })).not.toThrow();
});

it('initializers that are none, or give none, are refused by their option', () => {
  const make = (weightInitializer: unknown) => () =>
    new Linear(device, { inputSize: 3, outputSize: 2, weightInitializer } as never);
  const cases: readonly [work: () => unknown, message: string][] = [
    [make('zeros'), 'linear: weightInitializer is a string, expected an initializer, such as xavierUniform()'],
    [make(layers.xavierUniform), 'linear: weightInitializer gave a function, expected an initializer, such as xav'],
    [make(layers.normal({ deviation: 1 } as never)), 'linear: weightInitializer gave NaN, expected an initializer'],
    [make(() => undefined), 'linear: weightInitializer gave undefined, expected an initializer'],
    [
      () => new LSTM(device, { ...sizes, recurrentInitializer: () => new Float64Array(1) }),
      'lstm: recurrentInitializer',
    ],
    [() => new Embedding(device, { count: 1, size: 1, initializer: 3 as never }), 'embedding: initializer is a number'],
    [() => new CRF(device, { tags: 2, initializer: {} as never }), 'crf: initializer is an object'],
  ];
  for (const [work, message] of cases) expect(work).toThrow(message);
});

it('a tensor is no parameter', () => {
  const weight = device.ones([2, 3]) as never;
  const make = () => new Linear(device, { inputSize: 3, outputSize: 2, weight });
  expect(make).toThrow('linear: weight is a tensor, expected a Parameter: new Parameter(tensor)');
});

it('state dicts that are none', () => {
  const linear = new Linear(device, { inputSize: 1, outputSize: 1, bias: false });
  const load = (state: unknown) => () => linear.loadStateDict(state as never);
  expect(load({ weight: [1] })).toThrow('loadStateDict: state is an object, expected a map of host arrays by name');
  expect(load(linear.stateDict())).toThrow('loadStateDict: state is a promise (await it)');
  expect(load(linear.parameters())).toThrow('weight is of class Parameter, expected { dtype, shape, data }');
  expect(() => layers.detachState(step as never)).toThrow(/^detachState: /);
});

it("a user's own module keeps default arguments, and the errors of its own operations", () => {
  class Scaled extends Module<[x: Tensor, scale?: number], Tensor> {
    protected override forward(x: Tensor, scale = 2): Tensor {
      return add(x, scale > 2 ? device.ones([7]) : scale);
    }
  }
  const module = new Scaled(device);
  expect(module.call(step, 1).shape).toEqual([2, 3]);
  expect(() => module.call(step, 3)).toThrow('add: operands have shapes');
});

it('checkGradients takes a layer', async () => {
  const double = new Device(createJsBackend() as Backend, { dtype: 'float64' });
  const lstm = new LSTM(double, { inputSize: 1, hiddenSize: 2 });
  const x = double.ones([2, 1, 1]);
  expect(await checkGradients(() => sum(lstm.call(x).output), lstm)).toBeLessThan(1e-7);
});
