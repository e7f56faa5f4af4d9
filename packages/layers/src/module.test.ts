import { observeOperations } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { BackendError, Device, DisposedError, FormatError, type Tensor, type TensorData } from '@sluice/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Dropout, Embedding, GRU, LayerNorm, Linear, LSTM, Module } from './index.ts';
import { Workbench } from './testing/support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench(createJsBackend(), 'float32');
});
afterEach(() => {
  expect(bench.finish()).toBe(0);
});

class Tagger extends Module<[words: Tensor], Tensor> {
  readonly embedding = new Embedding(this.device, { count: 11, size: 4 });
  readonly dropout = new Dropout(this.device, { probability: 0.5 });
  readonly rnns = [
    new LSTM(this.device, { inputSize: 4, hiddenSize: 3, bidirectional: true }),
    new GRU(this.device, { inputSize: 6, hiddenSize: 4, bias: false }),
  ] as const;
  readonly norm = new LayerNorm(this.device, { size: 4 });
  readonly head = new Linear(this.device, { inputSize: 4, outputSize: 11, weight: this.embedding.weight });

  protected override forward(words: Tensor): Tensor {
    const first = this.rnns[0].call(this.dropout.call(this.embedding.call(words))).output;
    return this.head.call(this.norm.call(this.rnns[1].call(first).output));
  }
}

const names = [
  'embedding.weight',
  'rnns.0.weight_ih_l0',
  'rnns.0.weight_hh_l0',
  'rnns.0.bias_ih_l0',
  'rnns.0.bias_hh_l0',
  'rnns.0.weight_ih_l0_reverse',
  'rnns.0.weight_hh_l0_reverse',
  'rnns.0.bias_ih_l0_reverse',
  'rnns.0.bias_hh_l0_reverse',
  'rnns.1.weight_ih_l0',
  'rnns.1.weight_hh_l0',
  'norm.weight',
  'norm.bias',
  'head.bias',
];

it('names parameters and modules by fields and layers; what is shared appears once', () => {
  const model = bench.own(new Tagger(bench.device));
  expect([...model.parameters().keys()]).toEqual(names);
  expect([...model.modules().keys()]).toEqual(['', 'embedding', 'dropout', 'rnns.0', 'rnns.1', 'norm', 'head']);
  expect(model.modules().get('')).toBe(model);
  expect(model.head.weight).toBe(model.embedding.weight);
});

it('finds its way through modules that refer to each other', () => {
  class Node extends Module<[], void> {
    other: Node | undefined;
    protected override forward(): void {}
  }
  const a = new Node(bench.device);
  a.other = new Node(bench.device);
  a.other.other = a;
  expect([...a.modules().keys()]).toEqual(['', 'other']);
});

it('prints a table', () => {
  const model = bench.own(new Tagger(bench.device));
  expect(model.summary()).toBe(
    `
Parameter                    Layer      Shape    Elements
---------------------------------------------------------
embedding.weight             Embedding  [11, 4]        44
dropout                      Dropout                    0
rnns.0.weight_ih_l0          LSTM       [12, 4]        48
rnns.0.weight_hh_l0                     [12, 3]        36
rnns.0.bias_ih_l0                       [12]           12
rnns.0.bias_hh_l0                       [12]           12
rnns.0.weight_ih_l0_reverse             [12, 4]        48
rnns.0.weight_hh_l0_reverse             [12, 3]        36
rnns.0.bias_ih_l0_reverse               [12]           12
rnns.0.bias_hh_l0_reverse               [12]           12
rnns.1.weight_ih_l0          GRU        [12, 6]        72
rnns.1.weight_hh_l0                     [12, 4]        48
norm.weight                  LayerNorm  [4]             4
norm.bias                               [4]             4
head.bias                    Linear     [11]           11
---------------------------------------------------------
Total                                                 399
`.trim(),
  );
});

it('prints large counts in groups, and a module alone', () => {
  const linear = bench.own(new Linear(bench.device, { inputSize: 100, outputSize: 50, bias: false }));
  expect(linear.summary().split('\n')).toEqual([
    'Parameter  Layer   Shape      Elements',
    '--------------------------------------',
    'weight     Linear  [50, 100]     5,000',
    '--------------------------------------',
    'Total                            5,000',
  ]);
  expect(new Dropout(bench.device, { probability: 0 }).summary().split('\n')[2]).toBe(
    '-          Dropout                0',
  );
});

it('switches all modules between training and evaluation', () => {
  const model = bench.own(new Tagger(bench.device));
  const modes = () => [...model.modules().values()].map(({ training }) => training);
  expect(new Set(modes())).toEqual(new Set([true]));
  expect(model.eval()).toBe(model);
  expect(new Set(modes())).toEqual(new Set([false]));
  expect(new Set([...model.train().modules().values()].map(({ training }) => training))).toEqual(new Set([true]));
});

it('labels operations with the module that computes', () => {
  const model = bench.own(new Tagger(bench.device));
  const labels = new Set<unknown>();
  const words = bench.int([1, 2, 3, 4], [2, 2]);
  const y = observeOperations(
    ({ label }) => labels.add(label),
    () => model.call(words),
  );
  bench.own(y);
  const { embedding, dropout, rnns, norm, head } = model;
  expect(labels).toEqual(new Set([embedding, dropout, ...rnns, norm, head]));
});

it('frees what a forward pass made but for its result', () => {
  const model = bench.own(new Tagger(bench.device));
  const words = bench.int([1, 2, 3, 4], [2, 2]);
  const before = bench.device.live;
  const y = model.call(words);
  expect(y.shape).toEqual([2, 2, 11]);
  expect(bench.device.live).toBe(before + 1);
  y.dispose();
});

it('saves and loads its state, bit by bit', async () => {
  const a = bench.own(new Tagger(bench.device));
  const b = bench.own(new Tagger(bench.device));
  const state = await a.stateDict();
  expect([...state.keys()]).toEqual(names);
  expect(await b.stateDict()).not.toEqual(state);
  const live = bench.device.live;
  b.loadStateDict(state);
  expect(bench.device.live).toBe(live);
  expect(await b.stateDict()).toEqual(state);
  expect(state.get('norm.weight')).toEqual({ dtype: 'float32', shape: [4], data: Float32Array.of(1, 1, 1, 1) });
});

it('converts between float types', async () => {
  const linear = bench.own(new Linear(bench.device, { inputSize: 1, outputSize: 2, bias: false }));
  linear.loadStateDict(new Map([['weight', { dtype: 'float64', shape: [2, 1], data: Float64Array.of(0.1, 2) }]]));
  expect(await linear.weight.data()).toEqual(Float32Array.of(0.1, 2));
});

it('refuses a state that does not fit, says all that is wrong, and changes nothing', async () => {
  const model = bench.own(new Tagger(bench.device));
  const before = await model.stateDict();
  const live = bench.device.live;
  const state = new Map<string, TensorData>(before);
  state.delete('head.bias');
  state.delete('norm.bias');
  state.set('head.weight', { dtype: 'float32', shape: [], data: Float32Array.of(0) });
  state.set('rnns.1.weight_hh_l0', { dtype: 'float32', shape: [4, 12], data: new Float32Array(48) });
  state.set('norm.weight', { dtype: 'int32', shape: [4], data: new Int32Array(4) });
  state.set('rnns.0.bias_ih_l0', { dtype: 'float32', shape: [12], data: new Float32Array(11) });
  expect(() => model.loadStateDict(state)).toThrow(FormatError);
  expect(() => model.loadStateDict(state)).toThrow(
    `loadStateDict: the state does not fit the model, nothing was changed
  missing: norm.bias, head.bias
  unexpected: head.weight
  rnns.0.bias_ih_l0 has 11 elements, expected 12
  rnns.1.weight_hh_l0 has shape [4, 12], expected [12, 4]
  norm.weight has dtype int32, expected a float dtype`,
  );
  expect(await model.stateDict()).toEqual(before);
  expect(bench.device.live).toBe(live);
});

it('changes nothing when a state cannot be loaded to its end', async () => {
  const inner = createJsBackend();
  let left = Number.POSITIVE_INFINITY;
  const upload: typeof inner.upload = (data, dtype) => {
    if (left-- <= 0) throw new BackendError('no memory is left');
    return inner.upload(data, dtype);
  };
  const device = new Device(Object.create(inner, { upload: { value: upload } }));
  const model = new Tagger(device);
  const state = await model.stateDict();
  for (const { data } of state.values()) data.fill(3);
  const before = await model.stateDict();
  const { live } = device;
  for (let k = 0; k < names.length; k++) {
    left = k;
    expect(() => model.loadStateDict(state)).toThrow('no memory is left');
    expect(device.live).toBe(live);
    expect(await model.stateDict()).toEqual(before);
  }
  left = names.length;
  model.loadStateDict(state);
  expect(await model.stateDict()).toEqual(state);
});

it('loads nothing into a model of which a part was freed', async () => {
  const model = new Tagger(bench.device);
  const state = await model.stateDict();
  const first = await model.embedding.weight.data();
  for (const { data } of state.values()) data.fill(3);
  model.head.bias!.dispose();
  expect(() => model.loadStateDict(state)).toThrow(DisposedError);
  expect(() => model.loadStateDict(state)).toThrow('loadStateDict: parameter head.bias was freed');
  expect(await model.embedding.weight.data()).toEqual(first);
  model.dispose();
});

it('frees its parameters once, and cannot be used afterwards', () => {
  const words = bench.int([1], [1, 1]);
  const before = bench.device.live;
  let model: Tagger;
  {
    using inside = new Tagger(bench.device);
    model = inside;
  }
  expect(bench.device.live).toBe(before);
  model.dispose();
  expect(() => model.call(words)).toThrow(DisposedError);
});

it.each([
  ['train', false],
  ['eval', true],
  ['train', undefined],
] as const)('%s refuses an argument such as %s', (method, argument) => {
  const model = new Linear(bench.device, { inputSize: 1, outputSize: 1 });
  const before = model.training;
  const call = () => model[method](argument as never);
  expect(call).toThrow(`linear: ${method} has 1 arguments, expected none: train and eval are two methods`);
  expect(model.training).toBe(before);
  model.dispose();
});
