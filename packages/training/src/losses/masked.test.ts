import { readdirSync } from 'node:fs';
import { sum, valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, Random, sizeOf, type Tensor } from '@sluice/core';
import { CRF } from '@sluice/layers';
import { describe, expect, it } from 'vitest';
import * as training from '../index.ts';

// What does not count must not matter, whatever it holds. Every loss of the package is in the table below.

const { binaryCrossEntropy, crossEntropy, crfLoss, ctcLoss, gaussianNegativeLogLikelihood } = training;
const { huber, meanAbsoluteError, meanSquaredError, quantileLoss } = training;

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 12 });
const [time, batch] = [3, 4];
const positions = [time, batch];

/** Whether step t of row b counts. */
type Counts = (t: number, b: number) => boolean;

/** What a loss is given, [time, batch, ...] each, with something else where it does not count. */
class Inputs {
  readonly floats: Tensor[] = [];
  readonly #random = new Random(31);
  readonly #way: Way;
  readonly #bad: number | undefined;
  #next = 0;

  /** @param bad what stands where nothing counts; `undefined` for numbers as everywhere */
  constructor(way: Way, bad: number | undefined) {
    this.#way = way;
    this.#bad = bad;
  }

  /** Hands out the same floats again. */
  restart(): this {
    this.#next = 0;
    return this;
  }

  /** Floats from 0.1 to 0.9, a target of the gradient. */
  float(shape: readonly number[] = positions): Tensor {
    const each = sizeOf(shape) / (time * batch);
    const data = this.#random.uniform(sizeOf(shape), 0.1, 0.9);
    const spoilt = data.map((value, i) => (this.countsAt(Math.floor(i / each)) ? value : this.#bad!));
    const at = this.#next++;
    this.floats[at] ??= device.tensor(this.#bad === undefined ? data : spoilt, { shape });
    return this.floats[at];
  }

  /** Whole numbers, or one that is none of them. */
  int(values: readonly number[], stray = 99): Tensor {
    const always = this.#bad !== undefined || this.#way.strays === true;
    const data = values.map((value, i) => (always && !this.countsAt(i) ? stray : value));
    return device.tensor(Int32Array.from(data), { shape: positions });
  }

  countsAt(position: number): boolean {
    return this.#way.counts(Math.floor(position / batch), position % batch);
  }
}

interface Way {
  readonly counts: Counts;
  readonly options: object;
  /** Stray whole numbers are what does not count. */
  readonly strays?: true;
}

interface Case {
  readonly loss: (...args: never[]) => Tensor;
  readonly run: (inputs: Inputs, options: object) => Tensor;
  /** Shapes that weights may have, besides that of rows or positions. */
  readonly shapes?: readonly (readonly number[])[];
  /** The losses are of rows, and weights are too. */
  readonly rows?: true;
  /** Ways not to count besides weights. */
  readonly ways?: Record<string, Way>;
}

const classes = [0, 1, 2, 2, 1, 0, 0, 2, 1, 1, 0, 2];
const crf = new CRF(device, { tags: 3 });
const odd: Counts = (t, b) => (t * batch + b) % 3 !== 0;
const lengths = [3, 1, 0, 2];
const within: Way = { counts: (t, b) => t < lengths[b]!, options: { lengths } };
const ignored: Way = { counts: odd, options: { ignoreIndex: 99 }, strays: true };
const labels = [[1], [2, 1], [], [1, 1]];

const cases: Record<string, Case> = {
  crossEntropy: {
    loss: crossEntropy,
    run: (inputs, options) => crossEntropy(inputs.float([...positions, 3]), inputs.int(classes), options),
    ways: {
      ignoreIndex: ignored,
    },
  },
  'crossEntropy, whose targets stay': {
    loss: crossEntropy,
    run: (inputs, options) => crossEntropy(inputs.float([...positions, 3]), inputs.int(classes, 1), options),
    ways: {
      'a class weight of 0': {
        counts: (t, b) => classes[t * batch + b] !== 1,
        options: { classWeights: [2, 0, 0.5] },
      },
    },
  },
  'crossEntropy with smoothing': {
    loss: crossEntropy,
    run: (inputs, options) =>
      crossEntropy(inputs.float([...positions, 3]), inputs.int(classes), {
        labelSmoothing: 0.2,
        classWeights: [1, 0, 2],
        ...options,
      }),
    ways: { ignoreIndex: ignored },
  },
  binaryCrossEntropy: {
    loss: binaryCrossEntropy,
    run: (inputs, options) =>
      binaryCrossEntropy(inputs.float(), inputs.float(), { positiveWeight: inputs.float(), ...options }),
    shapes: [[time]],
  },
  'binaryCrossEntropy of several': {
    loss: binaryCrossEntropy,
    run: (inputs, options) =>
      binaryCrossEntropy(inputs.float([...positions, 2]), inputs.float([...positions, 2]), {
        positiveWeight: 3,
        ...options,
      }),
    shapes: [[time, batch, 2]],
  },
  meanSquaredError: {
    loss: meanSquaredError,
    run: (inputs, options) =>
      meanSquaredError(inputs.float([...positions, 2]), inputs.float([...positions, 2]), options),
    shapes: [[time], [time, batch, 2]],
  },
  meanAbsoluteError: {
    loss: meanAbsoluteError,
    run: (inputs, options) => meanAbsoluteError(inputs.float(), inputs.float(), options),
    shapes: [[time]],
  },
  huber: {
    loss: huber,
    run: (inputs, options) => huber(inputs.float(), inputs.float(), { delta: 0.2, ...options }),
    shapes: [[time]],
  },
  quantileLoss: {
    loss: quantileLoss,
    run: (inputs, options) => quantileLoss(inputs.float([...positions, 2]), inputs.float(), [0.1, 0.8], options),
    shapes: [[time], [time, batch, 2]],
  },
  gaussianNegativeLogLikelihood: {
    loss: gaussianNegativeLogLikelihood,
    run: (inputs, options) =>
      gaussianNegativeLogLikelihood(inputs.float(), inputs.float(), inputs.float(), { full: true, ...options }),
    shapes: [[time]],
  },
  ctcLoss: {
    loss: ctcLoss,
    rows: true,
    run: (inputs, options) => {
      // Of a row that does not count the labels may be too many.
      const targets = labels.map((row, b) => (inputs.countsAt(b) ? row : [1, 1, 2, 1]));
      return ctcLoss(inputs.float([...positions, 3]), targets, options);
    },
  },
  'ctcLoss, whose targets stay': {
    loss: ctcLoss,
    rows: true,
    run: (inputs, options) => {
      return ctcLoss(inputs.float([...positions, 3]), [[1], [2, 2, 2], [], [1, 1]], { zeroInfinity: true, ...options });
    },
    ways: {
      'frames beyond the end': within,
      'a target out of reach': { counts: (_, b) => b !== 1, options: {} },
    },
  },
  crfLoss: {
    loss: crfLoss,
    rows: true,
    run: (inputs, options) => crfLoss(crf, inputs.float([...positions, 3]), inputs.int(classes), options),
    ways: { 'steps beyond the end': within },
  },
};

it('are all losses of the package', async () => {
  const exported = new Set<unknown>(Object.values(training));
  const found = new Set<unknown>();
  for (const file of readdirSync(new URL('.', import.meta.url))) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const module: object = await import(`./${file}`);
    for (const value of Object.values(module)) if (typeof value === 'function' && exported.has(value)) found.add(value);
  }
  expect(found.size).toBeGreaterThanOrEqual(9);
  expect(new Set(Object.values(cases).map(({ loss }) => loss))).toEqual(found);
});

/** Loss and gradients by all floats. */
async function outcome(run: Case['run'], way: Way, reduction: string, bad: number | undefined) {
  const inputs = new Inputs(way, bad);
  run(inputs, way.options);
  const compute = () => {
    const losses = run(inputs.restart(), { ...way.options, reduction });
    return { value: sum(losses), auxiliary: losses };
  };
  const { auxiliary, gradients } = valueAndGrad(compute, inputs.floats);
  const slopes = await Promise.all(gradients.map(async (gradient) => [...(await gradient.data())]));
  return { losses: [...(await auxiliary.data())], slopes };
}

const bads = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const reductions = ['mean', 'sum', 'none'];

async function expectNoMatter(run: Case['run'], way: Way): Promise<void> {
  for (const reduction of reductions) {
    const expected = await outcome(run, way, reduction, undefined);
    expect(expected.losses.every(Number.isFinite)).toBe(true);
    for (const bad of bads) {
      const { losses, slopes } = await outcome(run, way, reduction, bad);
      expect(losses.map((value) => value + 0)).toEqual(expected.losses.map((value) => value + 0));
      for (const [i, gradient] of slopes.entries()) {
        expect(gradient.map((value) => value + 0)).toEqual(expected.slopes[i]!.map((value) => value + 0));
        const each = gradient.length / (time * batch);
        for (const [k, slope] of gradient.entries()) {
          const position = Math.floor(k / each);
          if (!way.counts(Math.floor(position / batch), position % batch)) expect(Math.abs(slope)).toBe(0);
        }
      }
    }
  }
}

describe.each(Object.entries(cases))('%s', (_name, { run, rows, shapes = [], ways = {} }) => {
  const shapesOfWeights = [rows ? [batch] : positions, ...shapes];
  const weighted = shapesOfWeights.map((shape): [string, Counts, number[]] => {
    const counts: Counts = rows ? (_, b) => b % 2 === 0 : shape.length === 1 ? (t) => t !== 1 : odd;
    const each = sizeOf(shape) / sizeOf(shape.slice(0, 2));
    const amounts = Array.from({ length: sizeOf(shape) }, (_, i) => {
      const place = Math.floor(i / each);
      const does = rows
        ? counts(0, place)
        : shape.length === 1
          ? counts(place, 0)
          : odd(Math.floor(place / batch), place % batch);
      return does ? 0.5 + (place % 3) : 0;
    });
    return [shape.join(' x '), counts, amounts];
  });

  it.each(weighted)('weights of 0, of shape %s', async (shape, counts, amounts) => {
    const options = { shape: shape.split(' x ').map(Number) };
    await expectNoMatter(run, { counts, options: { weights: device.tensor(amounts, options) } });
    const mask = device.tensor(
      amounts.map((amount) => amount > 0),
      options,
    );
    await expectNoMatter(run, { counts, options: { weights: mask } });
  });

  it.each(Object.entries(ways))('%s', async (_way, way) => {
    await expectNoMatter(run, way);
  });

  it('has no gradient where nothing counts', async () => {
    const shape = rows ? [batch] : positions;
    for (const weights of [device.zeros(shape), device.zeros(shape, 'bool')]) {
      for (const reduction of reductions) {
        const { losses, slopes } = await outcome(
          run,
          { counts: () => false, options: { weights } },
          reduction,
          Number.NaN,
        );
        for (const loss of losses) expect(loss + 0).toBe(reduction === 'mean' ? Number.NaN : 0);
        for (const slope of slopes.flat()) expect(Math.abs(slope)).toBe(0);
      }
    }
  });
});
