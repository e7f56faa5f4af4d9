import { createJsBackend } from '@sluice/backend-js';
import { Device, type IndexError, type Operand, publicNames, type Tensor } from '@sluice/core';
import { CRF } from '@sluice/layers';
import { describe, expect, it } from 'vitest';
import * as training from '../index.ts';
import { accuracy, fit, NonFiniteError, SGD } from '../index.ts';

const device = new Device(createJsBackend());
const elsewhere = new Device(createJsBackend());
const floats = (...shape: number[]) => device.full(shape, 0.5);
const ints = (...shape: number[]) => device.zeros(shape, 'int32');
const freed = () => {
  const tensor = floats(2);
  tensor.dispose();
  return tensor;
};
const crf = new CRF(device, { tags: 3 });

interface Case {
  /** Arguments but the options; tensors stand under their names. */
  readonly given: Record<string, unknown>;
  /** The argument that the others are like. */
  readonly role: string;
  /** Arguments of int32. */
  readonly ints?: readonly string[];
  readonly options: readonly string[];
}

const pair = { prediction: floats(2), target: floats(2) };
const cases: Record<string, Case> = {
  meanSquaredError: { given: pair, role: 'prediction', options: [] },
  meanAbsoluteError: { given: pair, role: 'prediction', options: [] },
  huber: { given: pair, role: 'prediction', options: ['delta'] },
  binaryCrossEntropy: {
    given: { logits: floats(2), targets: floats(2) },
    role: 'logits',
    options: ['positiveWeight'],
  },
  quantileLoss: {
    given: { prediction: floats(2, 1), target: floats(2), quantiles: [0.5] },
    role: 'prediction',
    options: [],
  },
  gaussianNegativeLogLikelihood: {
    given: { mean: floats(2), variance: floats(2), target: floats(2) },
    role: 'mean',
    options: ['full', 'epsilon'],
  },
  crossEntropy: {
    given: { logits: floats(2, 3), targets: ints(2) },
    role: 'logits',
    ints: ['targets'],
    options: ['ignoreIndex', 'labelSmoothing', 'classWeights'],
  },
  crfLoss: {
    given: { crf, emissions: floats(2, 1, 3), tags: ints(2, 1) },
    role: 'emissions',
    ints: ['tags'],
    options: ['lengths'],
  },
  ctcLoss: {
    given: { logits: floats(2, 1, 3), targets: [[1]] },
    role: 'logits',
    options: ['lengths', 'blank', 'zeroInfinity'],
  },
};

describe.each(Object.entries(cases))('%s', (name, { given, role, ints: whole = [], options }) => {
  const run = (changed: Record<string, unknown>, last?: unknown) => () =>
    (training as unknown as Record<string, (...args: unknown[]) => Tensor>)[name]!(
      ...Object.values({ ...given, ...changed }),
      last,
    );
  const tensors = Object.entries(given).filter((entry): entry is [string, Tensor] => {
    return typeof entry[1] === 'object' && entry[1] !== null && 'dtype' in entry[1];
  });
  const known = ['reduction', 'weights', ...options].join(', ');

  it('refuses options that are none, and anything else in their place', () => {
    expect(run({}, undefined)().rank).toBe(0);
    expect(run({}, {})().rank).toBe(0);
    const undefinedOptions = Object.fromEntries(known.split(', ').map((option) => [option, undefined]));
    expect(run({}, undefinedOptions)().rank).toBe(0);
    const unknown = `${name}: weight is no option, expected one of ${known} (did you mean weights?)`;
    expect(run({}, { weight: 1 })).toThrow(unknown);
    const stray = `${name}: options is of class`;
    for (const wrong of [floats(2), [0.1, 0.9], new Map()]) expect(run({}, wrong)).toThrow(stray);
    expect(run({}, 3)).toThrow(`${name}: options is a number, expected an object with options among ${known}`);
    expect(run({}, { reduction: 'average' })).toThrow(`${name}: reduction is average, expected mean, sum or none`);
  });

  it.each(tensors)('names %s: no tensor, a freed one, one of another type or device', (argument, tensor) => {
    expect(run({ [argument]: 3 })).toThrow(`${name}: ${argument} is of type number, expected a tensor`);
    expect(run({ [argument]: undefined })).toThrow(`${name}: ${argument} is of type undefined, expected a tensor`);
    expect(run({ [argument]: freed() })).toThrow(`${name}: ${argument} was used after its scope had ended`);
    const wrong = device.zeros(tensor.shape, 'bool');
    expect(run({ [argument]: wrong })).toThrow(`${name}: ${argument} has dtype bool, expected `);
    if (argument === role) return;
    const other = device.zeros(tensor.shape, whole.includes(argument) ? 'float32' : 'int32');
    const expected = whole.includes(argument) ? 'int32' : `float32, as the ${role}`;
    expect(run({ [argument]: other })).toThrow(`${name}: ${argument} has dtype ${other.dtype}, expected ${expected}`);
    const away = elsewhere.zeros(tensor.shape, tensor.dtype);
    expect(run({ [argument]: away })).toThrow(`${name}: ${argument} is on another device (js), expected that of the`);
  });

  it('names the weights', () => {
    const shape = name === 'ctcLoss' || name === 'crfLoss' ? [1] : [2];
    expect(run({}, { weights: freed() })).toThrow(`${name}: weights was used after its scope had ended`);
    expect(run({}, { weights: [1, 1] })).toThrow(`${name}: weights is of type object, expected a tensor`);
    expect(run({}, { weights: elsewhere.ones(shape) })).toThrow(`${name}: weights is on another device (js)`);
    expect(run({}, { weights: device.ones(shape, 'int32') })).toThrow(
      `${name}: weights has dtype int32, expected bool or float32`,
    );
  });
});

it('name arguments that are no tensors', () => {
  const { binaryCrossEntropy, crossEntropy, crfLoss, ctcLoss, quantileLoss } = training;
  const x = floats(2);
  const refusals: [work: () => unknown, message: string][] = [
    [() => quantileLoss(floats(2, 1), x, {} as never), 'quantileLoss: quantiles is of type object, expected an array'],
    [
      () => ctcLoss(floats(2, 1, 3), ints(2) as never),
      'ctcLoss: targets is none, expected an array with the labels of',
    ],
    [() => crfLoss(undefined as never, floats(2, 1, 3), ints(2, 1)), 'crfLoss: crf is none, expected a CRF'],
    [() => crfLoss(crf, floats(2, 3), ints(2)), 'crfLoss: emissions has shape [2, 3], expected [time, batch, 3]'],
    [
      () => crfLoss(crf, floats(2, 1, 4), ints(2, 1)),
      'crfLoss: emissions has shape [2, 1, 4], expected [time, batch, 3]',
    ],
    [() => crfLoss(crf, floats(2, 1, 3), ints(2)), 'crfLoss: tags has shape [2], expected [2, 1], the emissions'],
    [
      () => crfLoss(crf, floats(2, 1, 3), ints(2, 1), { lengths: [3] }),
      'crfLoss: lengths[0] is 3, expected a whole number from 0 to 2',
    ],
    [
      () => binaryCrossEntropy(x, x, { positiveWeight: device.ones([3]) }),
      'binaryCrossEntropy: positiveWeight has shape [3], expected a shape that broadcasts to that of the logits, [2]',
    ],
    [
      () => binaryCrossEntropy(x, x, { positiveWeight: device.ones([2, 1]) }),
      'binaryCrossEntropy: positiveWeight has shape [2, 1], expected a shape that broadcasts to that of the logits, [2]',
    ],
    [
      () => binaryCrossEntropy(x, x, { positiveWeight: Number.POSITIVE_INFINITY }),
      'binaryCrossEntropy: positiveWeight is Infinity, expected a finite number of at least 0, or a tensor',
    ],
    [
      () => crossEntropy(floats(2, 3), ints(2), { ignoreIndex: 2 ** 31 }),
      'crossEntropy: ignoreIndex is 2147483648, expected a whole number of 32 bits',
    ],
    [
      () => crossEntropy(floats(2, 0), ints(2)),
      'crossEntropy: logits has shape [2, 0], expected [..., classes], at least',
    ],
    [() => accuracy(floats(2, 3), ints(2), { ignore: 1 } as never), 'accuracy: ignore is no option'],
    [() => accuracy(floats(2, 3), floats(2)), 'accuracy: targets has dtype float32, expected int32'],
  ];
  for (const [work, message] of refusals) expect(work).toThrow(message);
});

/** Finds a wrong index with the next download, as backends do that work in the background. */
function lateBackend() {
  const inner = createJsBackend();
  let late: unknown;
  const gather: typeof inner.gather = (x, indices, axis) => {
    try {
      return inner.gather(x, indices, axis);
    } catch (error) {
      const retell = publicNames();
      late ??= retell(error);
      const none = {
        ...indices,
        storage: inner.fill(
          indices.shape.reduce((a, b) => a * b, 1),
          0,
          'int32',
        ),
      };
      return inner.gather(x, none, axis);
    }
  };
  const download: typeof inner.download = async (x: Operand<never>) => {
    const error = late;
    late = undefined;
    if (error) throw error;
    return inner.download(x);
  };
  return Object.create(inner, { gather: { value: gather }, download: { value: download } }) as typeof inner;
}

describe.each([
  ['at the call', createJsBackend()],
  ['at the next download', lateBackend()],
])('tell of a target that is no class %s', (_when, backend) => {
  const device = new Device(backend);
  const { crossEntropy, crfLoss } = training;
  const messageOf = async (work: () => Tensor): Promise<string> => {
    try {
      await work().data();
    } catch (error) {
      return `${(error as IndexError).name} ${(error as Error).message}`;
    }
    return 'nothing was thrown';
  };

  it('crossEntropy', async () => {
    const run = (values: number[], options = {}) =>
      messageOf(() =>
        crossEntropy(device.zeros([2, 2, 5]), device.tensor(Int32Array.from(values), { shape: [2, 2] }), options),
      );
    const name = 'IndexError crossEntropy: targets';
    expect(await run([0, 0, 0, -100])).toBe(`${name}[1][1] is -100, expected 0 to 4, or an ignoreIndex`);
    expect(await run([0, -1, 7, 0], { ignoreIndex: -1 })).toBe(
      `${name}[1][0] is 7, expected 0 to 4, or -1, the ignoreIndex`,
    );
    const classWeights = [1, 0, 1, 1, 1];
    expect(await run([0, 5, 0, 0], { classWeights })).toBe(`${name}[0][1] is 5, expected 0 to 4, or an ignoreIndex`);
    expect(await run([0, 5, 0, 0], { weights: device.ones([2]) })).toMatch(`${name}[0][1] is 5`);
    expect(await run([0, 0, 5, 0], { weights: device.tensor([1, 0]) })).toBe('nothing was thrown');
  });

  it('crfLoss', async () => {
    const own = new CRF(device, { tags: 3 });
    const run = (values: number[], options = {}) =>
      messageOf(() =>
        crfLoss(own, device.zeros([2, 2, 3]), device.tensor(Int32Array.from(values), { shape: [2, 2] }), options),
      );
    expect(await run([0, 0, 0, 3])).toMatch(/^IndexError crfLoss: tags\[1\]\[1\] is 3, expected 0 to 2/);
    expect(await run([0, -1, 0, 3], { weights: device.tensor([1, 0]) })).toBe('nothing was thrown');
  });
});

it('ctcLoss names the row whose target is out of reach where a training stops at it', async () => {
  const own = new CRF(device, { tags: 3 });
  const optimizer = new SGD(own.parameters(), { learningRate: 1 });
  const data = {
    batchesPerEpoch: 1,
    epoch: async function* () {
      yield 0;
    },
  };
  const stop = async (targets: number[][], options = {}) => {
    const loss = () => training.ctcLoss(device.zeros([2, targets.length, 3]), targets, options);
    try {
      for await (const _ of fit({ model: own, optimizer, data, epochs: 1, loss }));
    } catch (error) {
      return error as NonFiniteError;
    }
    throw new Error('it did not stop');
  };
  const one = await stop([[1], [2, 2]]);
  expect(one).toBeInstanceOf(NonFiniteError);
  expect(one.message).toMatch(
    'ctcLoss (targets[1] needs 3 steps and has 2) outside of any layer gave Infinity (forward)',
  );
  const two = await stop([[1], [2, 1], [1]], { lengths: [0, 1, 1] });
  expect(two.message).toMatch('ctcLoss (targets[0] needs 1 steps and has 0, and so 1 more) outside of any layer gave');
});
