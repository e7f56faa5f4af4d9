import { createJsBackend } from '@sluice/backend-js';
import { Device, OptionError, SluiceError, Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import * as ops from './index.ts';

const device = new Device(createJsBackend());
const x = device.tensor([
  [0.5, -1, 2],
  [1, 0.25, -3],
]);
const ids = device.tensor(new Int32Array([0, 1]));
const flags = device.tensor([
  [true, false, true],
  [false, false, true],
]);

type Args = readonly unknown[];
const unary: Args = [x];
const binary: Args = [x, x];
const reduction: Args = [x, 1];

/** For each operation valid arguments, without options. */
const calls: Readonly<Record<keyof Operations, Args>> = {
  abs: unary,
  add: binary,
  argMax: reduction,
  argMin: reduction,
  broadcastTo: [x, [4, 2, 3]],
  cast: [x, 'int32'],
  ceil: unary,
  clamp: [x, 0, 1],
  concat: [[x, x], 1],
  cos: unary,
  cumulativeSum: [x, 0],
  detach: unary,
  divide: binary,
  dropout: [x, 0.5],
  equal: binary,
  erf: unary,
  exp: unary,
  expandAxis: [x, 0],
  expm1: unary,
  flip: [x, 0],
  floor: unary,
  gather: [x, ids, 1],
  gelu: unary,
  greater: binary,
  greaterEqual: binary,
  layerNorm: unary,
  less: binary,
  lessEqual: binary,
  log: unary,
  log1p: unary,
  logSoftmax: reduction,
  logSumExp: reduction,
  logicalAnd: [flags, flags],
  logicalNot: [flags],
  logicalOr: [flags, flags],
  matMul: [x, device.zeros([3, 2])],
  max: reduction,
  maximum: binary,
  mean: reduction,
  min: reduction,
  minimum: binary,
  multiply: binary,
  negate: unary,
  notEqual: binary,
  oneHot: [ids, 2],
  pad: [
    x,
    [
      [1, 0],
      [0, 1],
    ],
  ],
  pick: [x, ids],
  power: binary,
  relu: unary,
  reshape: [x, [3, 2]],
  round: unary,
  scatterAdd: [x, ids],
  select: [flags, x, x],
  sigmoid: unary,
  sign: unary,
  silu: unary,
  sin: unary,
  slice: [x, 1],
  softmax: reduction,
  softplus: unary,
  split: [x, 3, 1],
  sqrt: unary,
  square: unary,
  squeezeAxis: [device.zeros([2, 1]), 1],
  stack: [[x, x], 0],
  subtract: binary,
  sum: reduction,
  tanh: unary,
  transpose: [x, [1, 0]],
  unstack: [x, 0],
};

type Operations = {
  readonly [Name in keyof typeof ops as (typeof ops)[Name] extends (...args: never[]) => unknown
    ? Name
    : never]: unknown;
};

/** Options of those that take some, in the place after the arguments. */
const options: Partial<Record<keyof Operations, object>> = {
  cumulativeSum: { reverse: true },
  gelu: { approximate: 'tanh' },
  layerNorm: { epsilon: 1e-3 },
  logSumExp: { keepAxes: true },
  matMul: { transposeA: false },
  max: { keepAxes: true },
  mean: { keepAxes: true },
  min: { keepAxes: true },
  scatterAdd: { size: 2 },
  slice: { start: 1 },
  sum: { keepAxes: true },
};

const names = Object.keys(calls) as (keyof Operations)[];
const operations: Readonly<Record<string, unknown>> = { ...ops };
const call = (name: string, args: Args) => (operations[name] as (...args: Args) => unknown)(...args);
const complete = (name: keyof Operations) => (name in options ? [...calls[name], options[name]] : calls[name]);

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

it('knows every operation', () => {
  const exported = Object.entries(ops).filter(([, value]) => typeof value === 'function');
  expect([...names].sort()).toEqual(exported.map(([name]) => name).sort());
  for (const name of names) expect(() => call(name, complete(name))).not.toThrow();
});

const stranger = new Device(createJsBackend());
const freed = device.zeros([2, 3]);
freed.dispose();

/** What no operation takes in the place of a tensor. */
const never: readonly [what: string, value: unknown][] = [
  ['a tensor that was freed', freed],
  ['undefined', undefined],
  ['null', null],
  ['a string', '1'],
  ['an array', [1, 2]],
  ['a typed array', new Float32Array(3)],
  ['an object', { shape: [2, 3], dtype: 'float32' }],
  ['a promise', Promise.resolve(x)],
];

/** What some take and others do not. */
const sometimes: readonly [what: string, value: unknown][] = [
  ['a number', 1],
  ['floats', x],
  ['a scalar', device.tensor(1)],
  ['a scalar of int32', device.tensor(1, { dtype: 'int32' })],
  ['bools', flags],
  ['int32', device.zeros([2, 3], 'int32')],
  [
    'indices outside',
    device.tensor(
      [
        [7, 7, 7],
        [-1, 7, 7],
      ],
      { dtype: 'int32' },
    ),
  ],
  ['a row of indices outside', device.tensor([7, -1], { dtype: 'int32' })],
  ['no elements', device.zeros([2, 0])],
  ['no axes but many', device.zeros([2, 3, 4, 5, 1])],
  ['another shape', device.zeros([5, 7])],
  ['bools of another shape', device.zeros([5, 7], 'bool')],
];

describe.each(names)('%s', (name) => {
  const args = complete(name);
  const places = args.flatMap((argument, i): [string, (value: unknown) => Args][] => {
    if (argument instanceof Tensor) return [[`argument ${i}`, (value) => args.with(i, value)]];
    if (!Array.isArray(argument) || !(argument[0] instanceof Tensor)) return [];
    return argument.map((_, k) => [`argument ${i}[${k}]`, (value) => args.with(i, argument.with(k, value))]);
  });

  it('names itself where it refuses a tensor', () => {
    for (const [place, put] of places) {
      for (const [what, value] of never) {
        const label = `${what} as ${place}`;
        const error = errorOf(() => call(name, put(value)));
        expect(error, label).toBeInstanceOf(SluiceError);
        expect((error as Error).message, label).toMatch(new RegExp(`^${name}: `));
      }
      for (const [what, value] of sometimes) {
        const error = errorOf(() => call(name, put(value)));
        if (error === undefined) continue;
        expect(error, what).toBeInstanceOf(SluiceError);
        expect((error as Error).message, `${what} as ${place}`).toMatch(new RegExp(`^${name}: `));
      }
    }
  });

  it('names itself where it refuses tensors of another device', () => {
    for (const [place, put] of places) {
      const own = args.filter((argument) => argument instanceof Tensor || Array.isArray(argument)).flat();
      const value = stranger.zeros((args.flat()[0] as Tensor).shape, 'float32');
      const error = errorOf(() => call(name, put(value)));
      if (own.filter((argument) => argument instanceof Tensor).length === 1) continue;
      expect(error, place).toBeInstanceOf(SluiceError);
      expect((error as Error).message, place).toMatch(new RegExp(`^${name}: `));
    }
  });

  it('names itself where it refuses what are no tensors', () => {
    const wrong = [
      undefined,
      null,
      'x',
      -7,
      1.5,
      Number.NaN,
      {},
      [],
      [7],
      [-1, -1],
      true,
      () => 1,
      { keepAxes: true },
      x,
    ];
    args.forEach((argument, i) => {
      if (argument instanceof Tensor || argument === options[name]) return;
      for (const value of wrong) {
        const error = errorOf(() => call(name, args.with(i, value)));
        if (error === undefined) continue;
        const label = `${String(value)} as argument ${i}: ${error}`;
        expect(error, label).toBeInstanceOf(SluiceError);
        expect((error as Error).message, label).toMatch(new RegExp(`^${name}: `));
      }
    });
  });
});

it.each(Object.entries(options))('%s refuses what are no options in their place', (name, given) => {
  const put = (value: unknown) => errorOf(() => call(name, [...calls[name as keyof Operations], value]));
  for (const value of [1, true, 'x', [1], x, new Map()]) {
    expect(put(value), String(value)).toBeInstanceOf(OptionError);
    expect((put(value) as Error).message).toMatch(new RegExp(`^${name}: options is `));
  }
  expect(put({ ...given })).toBe(undefined);
});
