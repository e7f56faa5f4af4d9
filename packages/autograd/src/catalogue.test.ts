import { createJsBackend } from '@sluice/backend-js';
import { Device, Random, type Shape, sizeOf, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import { checkGradients, grad } from './index.ts';
import * as ops from './ops/index.ts';

interface Entry {
  /** Shapes of the float64 inputs. */
  readonly shapes: (random: Random) => Shape[];
  readonly compute: (...inputs: Tensor[]) => Tensor;
  /** Only values from 0.2 to 2 instead of normal ones. */
  readonly positive?: boolean;
}

const size = (random: Random, low = 1) => random.integer(low, 4);
const anyShape = (random: Random): number[] => Array.from({ length: random.integer(0, 4) }, () => size(random));
const one = (random: Random) => [anyShape(random)];
const withAxis = (random: Random) => [[...anyShape(random).slice(0, 2), size(random)]];

/** Two shapes that broadcast: some sizes of one and leading axes of the other are left out. */
function pair(random: Random): Shape[] {
  const shape = anyShape(random);
  const thin = (full: number[]) => full.map((length) => (random.next() < 0.3 ? 1 : length));
  const cut = thin(shape).slice(random.integer(0, shape.length + 1));
  return random.next() < 0.5 ? [thin(shape), cut] : [cut, thin(shape)];
}

function matrices(random: Random): Shape[] {
  const [m, k, n] = [size(random), size(random), size(random)];
  const batch = random.next() < 0.5 ? [] : [size(random)];
  return [[...batch, m, k], random.next() < 0.5 ? [k, n] : [...batch.map(() => 1), k, n]];
}

const int = (like: Tensor, values: number[], shape: Shape = [values.length]) =>
  like.device.tensor(values, { dtype: 'int32', shape });
const half = (x: Tensor) => ops.greater(x, 0.1);
const unary = (op: (x: Tensor) => Tensor, positive = false): Entry => ({ shapes: one, compute: op, positive });
const binary = (op: (a: Tensor, b: Tensor) => Tensor, positive = false): Entry => ({
  shapes: pair,
  compute: op,
  positive,
});
const reduce = (op: typeof ops.sum): Entry => ({
  shapes: withAxis,
  compute: (x) =>
    ops.concat([
      ops.reshape(op(x), [-1]),
      ops.reshape(op(x, -1), [-1]),
      ops.reshape(op(x, [0, x.rank - 1].slice(0, x.rank), { keepAxes: true }), [-1]),
    ]),
});
/** Joins results of several shapes, so that all of them are checked at once. */
const all = (...parts: Tensor[]) => ops.concat(parts.map((part) => ops.reshape(part, [-1])));

const catalogue = {
  add: binary(ops.add),
  subtract: binary(ops.subtract),
  multiply: binary(ops.multiply),
  divide: { shapes: pair, compute: (a, b) => ops.divide(a, ops.add(ops.square(b), 0.5)) },
  power: binary(ops.power, true),
  minimum: binary(ops.minimum),
  maximum: binary(ops.maximum),
  negate: unary(ops.negate),
  abs: unary(ops.abs),
  sign: unary(ops.sign),
  floor: unary(ops.floor),
  ceil: unary(ops.ceil),
  round: unary(ops.round),
  exp: unary(ops.exp),
  expm1: unary(ops.expm1),
  log: unary(ops.log, true),
  log1p: unary(ops.log1p, true),
  sqrt: unary(ops.sqrt, true),
  square: unary(ops.square),
  sin: unary(ops.sin),
  cos: unary(ops.cos),
  tanh: unary(ops.tanh),
  sigmoid: unary(ops.sigmoid),
  relu: unary(ops.relu),
  softplus: unary(ops.softplus),
  erf: unary(ops.erf),
  silu: unary(ops.silu),
  gelu: unary((x) => all(ops.gelu(x), ops.gelu(x, { approximate: 'tanh' }))),
  clamp: unary((x) => ops.clamp(x, -0.5, 0.8)),
  cast: unary((x) => ops.cast(ops.multiply(ops.cast(x, 'float64'), 2), 'float64')),
  equal: binary(ops.equal),
  notEqual: binary(ops.notEqual),
  less: binary(ops.less),
  lessEqual: binary(ops.lessEqual),
  greater: binary(ops.greater),
  greaterEqual: binary(ops.greaterEqual),
  logicalAnd: binary((a, b) => ops.logicalAnd(half(a), half(b))),
  logicalOr: binary((a, b) => ops.logicalOr(half(a), half(b))),
  logicalNot: unary((x) => ops.logicalNot(half(x))),
  select: { shapes: pair, compute: (a, b) => all(ops.select(half(a), a, b), ops.select(half(b), 2, a)) },
  detach: unary((x) => ops.detach(x.device.ones(x.shape))),
  dropout: unary((x) => {
    const { state } = x.device.random;
    const y = ops.dropout(x, 0.4);
    x.device.random.state = state;
    return y;
  }),
  sum: reduce(ops.sum),
  mean: reduce(ops.mean),
  max: reduce(ops.max),
  min: reduce(ops.min),
  logSumExp: reduce(ops.logSumExp),
  argMax: { shapes: withAxis, compute: (x) => ops.argMax(x, -1) },
  argMin: { shapes: withAxis, compute: (x) => ops.argMin(x, 0) },
  cumulativeSum: {
    shapes: withAxis,
    compute: (x) => all(ops.cumulativeSum(x, 0), ops.cumulativeSum(x, -1, { reverse: true })),
  },
  matMul: {
    shapes: matrices,
    compute: (a, b) => {
      const swap = (x: Tensor) => ops.transpose(x, [...x.shape.keys()].slice(0, -2).concat(x.rank - 1, x.rank - 2));
      return all(
        ops.matMul(a, b),
        ops.matMul(swap(a), b, { transposeA: true }),
        ops.matMul(a, swap(b), { transposeB: true }),
        ops.matMul(swap(a), swap(b), { transposeA: true, transposeB: true }),
      );
    },
  },
  reshape: unary((x) => ops.reshape(x, [-1])),
  expandAxis: unary((x) => ops.expandAxis(x, 0)),
  squeezeAxis: unary((x) => ops.squeezeAxis(ops.expandAxis(x, -1), -1)),
  transpose: { shapes: withAxis, compute: (x) => ops.transpose(x) },
  broadcastTo: unary((x) => ops.broadcastTo(ops.expandAxis(x, 0), [3, ...x.shape])),
  slice: {
    shapes: (random) => [[size(random, 2), size(random, 2)]],
    compute: (x) => all(ops.slice(x, 0, { start: 1 }), ops.slice(x, 1, { step: 2 }), ops.slice(x, 0, { end: -1 })),
  },
  flip: unary((x) => ops.flip(x)),
  pad: {
    shapes: (random) => [[size(random), size(random)]],
    compute: (x) =>
      ops.pad(
        x,
        [
          [1, 0],
          [2, 1],
        ],
        3,
      ),
  },
  concat: {
    shapes: (random) => [
      [2, size(random)],
      [2, size(random)],
      [2, 0],
    ],
    compute: (...xs) => ops.concat(xs, 1),
  },
  stack: {
    shapes: (random) => new Array<Shape>(3).fill(anyShape(random)),
    compute: (...xs) => all(ops.stack(xs), ops.stack(xs, -1)),
  },
  split: {
    shapes: (random) => [[size(random), 5]],
    compute: (x) => {
      const [first, second] = ops.split(x, [2, 3], 1) as [Tensor, Tensor];
      return all(first, ops.multiply(ops.sum(second), first));
    },
  },
  unstack: { shapes: withAxis, compute: (x) => ops.square(ops.unstack(x, -1)[0] as Tensor) },
  gather: {
    shapes: (random) => [[3, size(random)]],
    compute: (x) => all(ops.gather(x, int(x, [2, 0, 2, 1], [2, 2])), ops.gather(x, int(x, [0], []), 1)),
  },
  scatterAdd: {
    shapes: (random) => [[size(random), 4]],
    compute: (x) => ops.scatterAdd(x, int(x, [1, 3, 1, 0], [4]), { axis: 1, size: 5 }),
  },
  oneHot: { shapes: withAxis, compute: (x) => ops.oneHot(ops.argMax(x, -1), x.shape.at(-1) as number) },
  pick: { shapes: withAxis, compute: (x) => ops.pick(x, ops.argMin(x, -1)) },
  softmax: { shapes: withAxis, compute: (x) => all(ops.softmax(x), ops.softmax(x, 0)) },
  logSoftmax: { shapes: withAxis, compute: (x) => all(ops.logSoftmax(x), ops.logSoftmax(x, 0)) },
  layerNorm: {
    shapes: (random) => {
      const width = size(random, 2);
      return [[size(random), width], [width], [width]];
    },
    compute: (x, weight, bias) =>
      all(ops.layerNorm(x, { weight: weight, bias: bias }), ops.layerNorm(x, { epsilon: 0.1 })),
  },
} satisfies Record<keyof typeof ops, Entry>;

function setup(entry: Entry, seed: number): { device: Device; inputs: Tensor[]; scalar: (...xs: Tensor[]) => Tensor } {
  const device = new Device(createJsBackend(), { dtype: 'float64', seed });
  const random = new Random(seed).fork('inputs');
  const inputs = entry.shapes(random).map((shape) => {
    const count = sizeOf(shape);
    return device.tensor(entry.positive ? random.uniform(count, 0.2, 2) : random.normal(count), { shape });
  });
  const scalar = (...xs: Tensor[]) => {
    const y = ops.cast(entry.compute(...xs), 'float64');
    const weights = device.tensor(new Random(7).normal(y.size), { shape: y.shape });
    return ops.sum(ops.multiply(y, weights));
  };
  return { device, inputs, scalar };
}

it.each(Object.entries<Entry>(catalogue))('%s: gradient over 20 shapes, and its gradient', async (_name, entry) => {
  for (let seed = 0; seed < 20; seed++) {
    const { device, inputs, scalar } = setup(entry, seed);
    const { live } = device;
    await checkGradients(scalar, inputs);
    if (seed < 4) {
      const slope = (...xs: Tensor[]) => ops.sum(all(...grad(() => scalar(...xs), xs).map((g) => ops.square(g))));
      await checkGradients(slope, inputs, { tolerance: 1e-5 });
    }
    expect(device.live).toBe(live);
  }
});
