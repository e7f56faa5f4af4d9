import { valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { constant, Dropout, Embedding, LayerNorm, Linear, zeros } from './index.ts';
import { checkDerivatives, refusal, Workbench, weigh } from './testing/support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench(createJsBackend());
});
afterEach(() => {
  expect(bench.finish()).toBe(0);
});

it("Linear computes x W' + b over any leading axes", async () => {
  const linear = bench.own(new Linear(bench.device, { inputSize: 2, outputSize: 3 }));
  linear.loadStateDict(
    new Map([
      ['weight', { dtype: 'float64', shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) }],
      ['bias', { dtype: 'float64', shape: [3], data: Float64Array.of(10, 20, 30) }],
    ]),
  );
  for (const lead of [[], [1], [2, 1], [1, 2, 1]]) {
    const x = bench.tensor(lead.includes(2) ? [1, -1, 1, 0] : [1, -1], [...lead, 2]);
    const y = linear.call(x);
    expect(y.shape).toEqual([...lead, 3]);
    expect(Array.from(await bench.read(y))).toEqual(lead.includes(2) ? [9, 19, 29, 11, 23, 35] : [9, 19, 29]);
  }
});

it('LayerNorm normalises the last axis', async () => {
  const norm = bench.own(new LayerNorm(bench.device, { size: 3, epsilon: 0 }));
  const plain = new LayerNorm(bench.device, { size: 3, affine: false });
  const x = bench.tensor([1, 2, 3, 10, 10, 40], [2, 3]);
  const root = Math.sqrt(1.5);
  const expected = [-root, 0, root, -Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2];
  expect(plain.parameters().size).toBe(0);
  for (const [layer, digits] of [
    [norm, 14],
    [plain, 4],
  ] as const) {
    const y = await bench.read(layer.call(x));
    expected.forEach((value, i) => {
      expect(y[i]).toBeCloseTo(value, digits);
    });
  }
});

it('gradients of Linear, LayerNorm and Embedding', async () => {
  const { device } = bench;
  for (const [inputSize, outputSize, lead] of [
    [1, 1, [2]],
    [3, 2, []],
    [4, 5, [2, 3]],
    [2, 3, [0]],
    [5, 2, [1, 2, 2]],
  ] as const) {
    const layers = [
      bench.own(new Linear(device, { inputSize, outputSize })),
      bench.own(new Linear(device, { inputSize, outputSize, bias: false })),
      bench.own(new LayerNorm(device, { size: inputSize, epsilon: 0.1 })),
    ];
    for (const layer of layers) {
      const x = bench.own(bench.parameter([...lead, inputSize]));
      await checkDerivatives(() => weigh(layer.call(x)), new Map([...layer.parameters(), ['x', x]]));
    }
  }
  for (const options of [{}, { paddingIndex: 4 }]) {
    const embedding = bench.own(new Embedding(device, { count: 5, size: 3, ...options }));
    const indices = bench.int([0, 3, 3, 1, 2, 0], [2, 3]);
    await checkDerivatives(() => weigh(embedding.call(indices)), embedding.parameters());
  }
});

it('Embedding gives rows; the padding row is zero and gets no gradient', async () => {
  const embedding = bench.own(
    new Embedding(bench.device, { count: 3, size: 2, paddingIndex: 1, initializer: constant(5) }),
  );
  const indices = bench.int([0, 1, 2, 1], [2, 2]);
  const y = embedding.call(indices);
  expect(y.shape).toEqual([2, 2, 2]);
  expect(Array.from(await bench.read(y))).toEqual([5, 5, 0, 0, 5, 5, 0, 0]);
  const { gradients } = await bench.read(valueAndGrad(() => weigh(embedding.call(indices)), embedding.parameters()));
  const gradient = gradients.get('weight') as Float64Array;
  expect(Array.from(gradient, (value) => value === 0)).toEqual([false, false, true, true, false, false]);
});

it('Dropout drops while training alone', async () => {
  const dropout = new Dropout(bench.device, { probability: 0.25 });
  const x = bench.tensor(new Float64Array(10_000).fill(3), [10_000]);
  const y = await bench.read(dropout.call(x));
  const dropped = y.filter((value) => value === 0).length;
  expect(Math.abs(dropped - 2500)).toBeLessThan(200);
  expect(new Set(y)).toEqual(new Set([0, 4]));
  expect(dropout.eval().call(x)).toBe(x);
});

it('says what is wrong with options and inputs', () => {
  const { device } = bench;
  const linear = bench.own(new Linear(device, { inputSize: 2, outputSize: 3 }));
  const embedding = bench.own(new Embedding(device, { count: 3, size: 2 }));
  const norm = bench.own(new LayerNorm(device, { size: 3 }));
  const other = new Device(createJsBackend());
  const foreign = new Linear(other, { inputSize: 2, outputSize: 3 });
  const messages: readonly [work: () => unknown, message: string][] = [
    [
      () => new Linear(device, { inputSize: 0, outputSize: 1 }),
      'OptionError linear: inputSize is 0, expected a whole number of at least 1',
    ],
    [
      () => new Linear(device, { inputSize: 1, outputSize: 1.5 }),
      'OptionError linear: outputSize is 1.5, expected a whole number of at least 1',
    ],
    [
      () => new Linear(device, { inputSize: 3, outputSize: 2, weight: linear.weight }),
      'ShapeError linear: weight has shape [3, 2], expected [2, 3]',
    ],
    [
      () => new Linear(device, { inputSize: 2, outputSize: 3, weight: foreign.weight }),
      'DeviceError linear: weight is on another device (js), expected one device for all (js)',
    ],
    [
      () => new Linear(device, { inputSize: 3, outputSize: 2, weightInitializer: () => new Float64Array(2) }),
      'ShapeError linear: weightInitializer gave 2 values, expected 6 for shape [2, 3]',
    ],
    [() => linear.call(bench.normal([2, 3])), 'ShapeError linear: x has shape [2, 3], expected [..., 2]'],
    [() => linear.call(bench.normal([])), 'ShapeError linear: x has shape [], expected [..., 2]'],
    [() => linear.call(bench.int([1, 2])), 'DTypeError linear: x has dtype int32, expected float64'],
    [() => linear.call([1, 2] as never), 'OptionError linear: x is of class Array, expected a tensor'],
    [
      () => linear.call(other.zeros([2])),
      'DeviceError linear: x is on another device (js), expected one device for all (js)',
    ],
    [
      () => new Embedding(device, { count: 0, size: 1 }),
      'OptionError embedding: count is 0, expected a whole number of at least 1',
    ],
    [
      () => new Embedding(device, { count: 2, size: -1 }),
      'OptionError embedding: size is -1, expected a whole number of at least 1',
    ],
    [
      () => new Embedding(device, { count: 2, size: 1, paddingIndex: 2 }),
      'OptionError embedding: paddingIndex is 2, expected a whole number from 0 to 1',
    ],
    [() => embedding.call(bench.normal([2])), 'DTypeError embedding: indices has dtype float64, expected int32'],
    [
      () => new Dropout(device, { probability: 1.1 }),
      'OptionError dropout: probability is 1.1, expected a number from 0 to 1',
    ],
    [
      () => new Dropout(device, { probability: Number.NaN }),
      'OptionError dropout: probability is NaN, expected a number from 0 to 1',
    ],
    [
      () => new LayerNorm(device, { size: 0 }),
      'OptionError layerNorm: size is 0, expected a whole number of at least 1',
    ],
    [
      () => new LayerNorm(device, { size: 1, epsilon: -1 }),
      'OptionError layerNorm: epsilon is -1, expected a number of at least 0',
    ],
    [
      () => new Linear(device, { inputSize: 1, outputSize: 1, bias: false, biasInitializer: zeros }),
      'OptionError linear: biasInitializer is given with bias: false, expected none: it has nothing to initialise',
    ],
    [
      () => new Linear(device, { inputSize: 2, outputSize: 3, weight: linear.weight, weightInitializer: zeros }),
      'OptionError linear: weightInitializer is given with a weight to share, expected none: it has nothing to initialise',
    ],
    [() => norm.call(bench.normal([2])), 'ShapeError layerNorm: x has shape [2], expected [..., 3]'],
  ];
  for (const [work, message] of messages) expect(refusal(work)).toBe(message);
  expect(() => bench.own(new Linear(device, { inputSize: 1, outputSize: 1, biasInitializer: zeros }))).not.toThrow();
});
