import { createJsBackend } from '@sluice/backend-js';
import { Device, DisposedError, OptionError } from '@sluice/core';
import { Linear } from '@sluice/layers';
import { describe, expect, it } from 'vitest';
import { Adam, encodeTraining, fit, SGD } from '../index.ts';
import { bitsOf, collect, pairs, setUp } from '../testing/problems.ts';
import { savedState } from '../testing/runs.ts';

const save = () => undefined;
const cyclic: Record<string, unknown> = {};
cyclic.inner = [cyclic];
let deep: unknown = 1;
for (let i = 0; i < 20_000; i++) deep = [deep];

describe('fit refuses at once, naming the option,', () => {
  it.each<[message: string, changed: object]>([
    ['fit: data is an array of 0, expected a source of batches', { data: [] }],
    ['fit: data is {}, expected a source', { data: {} }],
    ['fit: data is null, expected a source', { data: null }],
    ['fit: data.batchesPerEpoch is 1.5, expected', { data: { ...pairs(1), batchesPerEpoch: 1.5 } }],
    ['fit: signal is {}, expected an AbortSignal', { signal: {} }],
    ['fit: loss is 3, expected a function', { loss: 3 }],
    ['fit: schedule is 0.1, expected a function of the step', { schedule: 0.1 }],
    ['fit: schedule is {}, expected', { schedule: {} }],
    ['fit: model is {}, expected a Module', { model: {} }],
    ['fit: optimizer is of class Map, expected an optimizer', { optimizer: new Map() }],
    ['fit: items is 8, expected a function', { items: 8 }],
    ['fit: clip is 1, expected one of', { clip: 1 }],
    ['fit: clip is null, expected one of', { clip: null }],
    ['fit: epochs is a text, expected a whole number', { epochs: '3' }],
    ['fit: maxSteps is 0, expected a whole number of at least 1', { maxSteps: 0 }],
    ['fit: maxMinutes is 0, expected a finite number above 0', { maxMinutes: 0 }],
    ['fit: maxMinutes is NaN, expected', { maxMinutes: Number.NaN }],
    ['fit: resume is a text, expected a training state', { resume: 'run.safetensors' }],
    ['fit: validate is of class Array, expected an object with options', { validate: [] }],
    ['fit: validate.data is missing', { validate: {} }],
    ['fit: validate.data is {}, expected a source', { validate: { data: {} } }],
    ['fit: validate.restoreBest is 1, expected true or false', { validate: { data: pairs(1), restoreBest: 1 } }],
    ['fit: validate.every is no option', { validate: { data: pairs(1), every: 1 } }],
    ['fit: checkpoint.save is missing', { checkpoint: {} }],
    ['fit: checkpoint.save is a text, expected a function', { checkpoint: { save: 'path' } }],
    ['fit: earlyStopping.patience is missing', { earlyStopping: {}, validate: { data: pairs(1) } }],
    ['fit: averageWeights is a number', { averageWeights: 0.9 }],
    ['fit: learningRate is no option', { learningRate: 0.1 }],
    ['(did you mean maxSteps?)', { maxstep: 3 }],
  ])('%s', (message, changed) => {
    const { device, options } = setUp();
    const { live } = device;
    const run = () => fit({ ...options, ...changed } as never);
    expect(run).toThrow(OptionError);
    expect(run).toThrow(message);
    expect(device.live).toBe(live);
  });

  it.each<[message: string, config: unknown]>([
    ['checkpoint.config is a bigint, expected what JSON can hold', 1n],
    ['checkpoint.config.a[1] is a bigint', { a: [1, 2n] }],
    ['checkpoint.config.inner[0] holds itself', cyclic],
    ['checkpoint.config.a has the key "__proto__"', { a: JSON.parse('{"__proto__":1}') }],
    ['checkpoint.config.f is a function', { f: () => 1 }],
    ['checkpoint.config.rate is NaN, expected a finite number', { rate: Number.NaN }],
    ['checkpoint.config[0] is Infinity', [Number.POSITIVE_INFINITY]],
    ['checkpoint.config.none is undefined', { none: undefined }],
    ['checkpoint.config[0] is undefined', [undefined]],
    ['checkpoint.config.when is of class Date', { when: new Date(0) }],
    ['checkpoint.config is of class Map', new Map()],
    ['checkpoint.config.data is of class Float32Array', { data: new Float32Array(2) }],
    ['checkpoint.config.s is a symbol', { s: Symbol('s') }],
    ['checkpoint.config is nested too deeply, expected at most 100 levels', deep],
    ['checkpoint.config is too large', ['x'.repeat(2 ** 24)]],
  ])('%s', async (message, config) => {
    const run = () => fit({ ...setUp().options, checkpoint: { save, config: config as never } });
    expect(run).toThrow(`fit: ${message}`);
    const state = await savedState();
    expect(() => encodeTraining({ ...state, config: config as never })).toThrow(OptionError);
  });

  it('an optimizer of another model, and what was disposed', () => {
    const [one, other] = [setUp(), setUp()];
    expect(() => fit({ ...one.options, optimizer: other.optimizer })).toThrow(
      'fit: optimizer trains gru.weight_ih_l0, which is no parameter of the model, expected parameters of the model alone',
    );
    other.optimizer.dispose();
    expect(() => fit(other.options)).toThrow(DisposedError);
    other.model.dispose();
    expect(() => fit(other.options)).toThrow('fit: model was disposed: parameter');
    one.device.dispose();
    expect(() => fit(one.options)).toThrow('fit: the device of the model was disposed');
  });
});

describe('a loss', () => {
  it('that depends on no parameter is refused before the first update', async () => {
    const { device, model, optimizer, options } = setUp();
    const before = await bitsOf(model);
    const constant = collect(fit({ ...options, loss: () => device.full([], 2) }));
    await expect(constant).rejects.toThrow('fit: loss depends on no parameter of the optimizer');
    const stranger = new Linear(device, { inputSize: 2, outputSize: 1 });
    const head = new SGD(model.head.parameters(), { learningRate: 0.1 });
    const loss = ({ x }: { x: { data: ArrayLike<number> } }) =>
      stranger.call(device.tensor([[x.data[0]!, 1]])) as never;
    await expect(collect(fit({ ...options, optimizer: head, loss }))).rejects.toThrow('fit: loss depends on no');
    expect(await bitsOf(model)).toEqual(before);
    expect(optimizer.steps).toBe(0);
  });

  it('that is no scalar, of integers, of another device or a promise is refused by its name', async () => {
    const { device, options } = setUp();
    const elsewhere = new Device(createJsBackend());
    const stop = (loss: () => unknown) => collect(fit({ ...options, loss: loss as never }));
    await expect(stop(() => device.zeros([2]))).rejects.toThrow('fit: loss has shape [2], expected a scalar');
    await expect(stop(() => device.zeros([], 'int32'))).rejects.toThrow('fit: loss has dtype int32, expected a float');
    await expect(stop(() => elsewhere.zeros([]))).rejects.toThrow('fit: loss is on another device');
    await expect(stop(async () => device.zeros([]))).rejects.toThrow('fit: loss returned a promise');
    const validate = { data: pairs(1), loss: (() => ({ loss: device.zeros([]), metrics: { a: 1 } })) as never };
    await expect(collect(fit({ ...options, validate }))).rejects.toThrow('fit: metrics.a is of type number');
  });

  it('may be a constant in later batches', async () => {
    const { device, options } = setUp({ epochs: 1 });
    let call = 0;
    const loss: typeof options.loss = (batch, carry) =>
      ++call === 1 ? options.loss(batch, carry) : { loss: device.full([], 1) };
    expect((await collect(fit({ ...options, loss }))).at(-1)).toMatchObject({ step: 5 });
  });
});

it('takes options that are undefined as not given', async () => {
  const { options } = setUp({ epochs: 1 });
  const none = { schedule: undefined, clip: undefined, signal: undefined, resume: undefined, maxSteps: undefined };
  await collect(fit({ ...options, ...none, optimizer: new Adam(options.model.parameters()) }));
});
