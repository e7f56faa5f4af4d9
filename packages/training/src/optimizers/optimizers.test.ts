import { createJsBackend } from '@sluice/backend-js';
import { Device, OptionError, Parameter, ShapeError, type Tensor } from '@sluice/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Adam, AdamW, type Optimizer, RMSprop, SGD } from '../index.ts';

let device: Device;
let parameters: Map<string, Parameter>;
beforeEach(() => {
  device = new Device(createJsBackend(), { dtype: 'float64' });
  parameters = new Map([
    ['a', new Parameter(device.tensor([0.5, -1.2, 3]))],
    ['b.c', new Parameter(device.tensor([[2], [-0.1]]))],
  ]);
});
afterEach(() => {
  for (const parameter of parameters.values()) parameter.dispose();
});

/** The gradient of element i at step t. */
const gradientAt = (i: number, t: number) => Math.sin(3 * i + t) * (1 + 0.3 * t);
const gradients = (t: number) =>
  new Map<string, Tensor>([
    ['a', device.tensor([0, 1, 2].map((i) => gradientAt(i, t)))],
    ['b.c', device.tensor([[gradientAt(3, t)], [gradientAt(4, t)]])],
  ]);

function makeStep(optimizer: Optimizer, t: number): void {
  const given = gradients(t);
  optimizer.step(given);
  for (const gradient of given.values()) gradient.dispose();
}

async function values(): Promise<number[]> {
  return [...(await parameters.get('a')!.data()), ...(await parameters.get('b.c')!.data())];
}

const steps = 8;

/** A textbook rule for one number: takes it, its gradient and the step from 1, returns the new one. */
type Rule = () => (theta: number, g: number, t: number) => number;

async function follows(optimizer: Optimizer, rule: Rule): Promise<void> {
  const rules = (await values()).map(() => rule());
  let expected = await values();
  for (let t = 1; t <= steps; t++) {
    makeStep(optimizer, t);
    expected = expected.map((theta, i) => rules[i]!(theta, gradientAt(i, t), t));
    const actual = await values();
    actual.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected[i]!)));
    });
  }
  optimizer.dispose();
}

const sgd =
  (lr: number, mu = 0, tau = 0, nesterov = false, wd = 0): Rule =>
  () => {
    let b = 0;
    return (theta, gradient, t) => {
      let g = gradient + wd * theta;
      if (mu !== 0) {
        b = t === 1 ? g : mu * b + (1 - tau) * g;
        g = nesterov ? g + mu * b : b;
      }
      return theta - lr * g;
    };
  };

it('SGD is gradient descent, with momentum, dampening, Nesterov and decay', async () => {
  await follows(new SGD(parameters, { learningRate: 0.1 }), sgd(0.1));
  await follows(new SGD(parameters, { learningRate: 0.1, weightDecay: 0.05 }), sgd(0.1, 0, 0, false, 0.05));
  await follows(new SGD(parameters, { learningRate: 0.1, momentum: 0.9 }), sgd(0.1, 0.9));
  await follows(new SGD(parameters, { learningRate: 0.1, momentum: 0.8, dampening: 0.3 }), sgd(0.1, 0.8, 0.3));
  const nesterov = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 };
  await follows(new SGD(parameters, nesterov), sgd(0.1, 0.9, 0, true, 0.01));
});

const rmsProp =
  (lr: number, alpha: number, epsilon: number, mu = 0, centered = false, wd = 0): Rule =>
  () => {
    let [v, m, b] = [0, 0, 0];
    return (theta, gradient) => {
      const g = gradient + wd * theta;
      v = alpha * v + (1 - alpha) * g * g;
      m = alpha * m + (1 - alpha) * g;
      const direction = g / (Math.sqrt(centered ? v - m * m : v) + epsilon);
      b = mu * b + direction;
      return theta - lr * (mu === 0 ? direction : b);
    };
  };

it('RMSprop divides by the root of the mean square', async () => {
  await follows(new RMSprop(parameters), rmsProp(0.01, 0.99, 1e-8));
  const options = { learningRate: 0.02, alpha: 0.9, epsilon: 1e-3 };
  await follows(new RMSprop(parameters, { ...options, momentum: 0.7 }), rmsProp(0.02, 0.9, 1e-3, 0.7));
  await follows(new RMSprop(parameters, { ...options, centered: true }), rmsProp(0.02, 0.9, 1e-3, 0, true));
  const all = { ...options, centered: true, momentum: 0.5, weightDecay: 0.1 };
  await follows(new RMSprop(parameters, all), rmsProp(0.02, 0.9, 1e-3, 0.5, true, 0.1));
});

it('centered RMSprop stays finite when all gradients are equal', async () => {
  const single = new Device(createJsBackend());
  const parameter = new Parameter(single.tensor([1]));
  const optimizer = new RMSprop(new Map([['a', parameter]]), { centered: true, alpha: 0.5 });
  for (let t = 0; t < 200; t++) optimizer.step(new Map([['a', single.tensor([0.1])]]));
  expect(await parameter.item()).not.toBeNaN();
});

const adam =
  (lr: number, beta1: number, beta2: number, epsilon: number, wd = 0, decoupled = false): Rule =>
  () => {
    let [m, v] = [0, 0];
    return (theta, gradient, t) => {
      const g = decoupled ? gradient : gradient + wd * theta;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const decayed = decoupled ? theta - lr * wd * theta : theta;
      return decayed - (lr * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    };
  };

it('Adam corrects the bias of both moments', async () => {
  await follows(new Adam(parameters), adam(0.001, 0.9, 0.999, 1e-8));
  const options = { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.1 };
  await follows(new Adam(parameters, options), adam(0.05, 0.8, 0.95, 1e-4, 0.1));
});

it('AdamW decays weights apart from the gradient', async () => {
  await follows(new AdamW(parameters), adam(0.001, 0.9, 0.999, 1e-8, 0.01, true));
  await follows(new AdamW(parameters, { learningRate: 0.1, weightDecay: 0.2 }), adam(0.1, 0.9, 0.999, 1e-8, 0.2, true));
});

it('takes a new learning rate at any step', async () => {
  const optimizer = new SGD(parameters, { learningRate: 1 });
  const [before] = await values();
  optimizer.learningRate = 0.25;
  makeStep(optimizer, 1);
  expect((await values())[0]).toBeCloseTo(before! - 0.25 * gradientAt(0, 1), 14);
  expect(() => {
    optimizer.learningRate = Number.NaN;
  }).toThrow('SGD: learningRate is NaN, expected a finite number of at least 0');
  expect(optimizer.learningRate).toBe(0.25);
});

const makers: [name: string, make: () => Optimizer][] = [
  ['SGD', () => new SGD(parameters, { learningRate: 0.1 })],
  ['SGD with momentum', () => new SGD(parameters, { learningRate: 0.1, momentum: 0.9, dampening: 0.5 })],
  ['RMSprop', () => new RMSprop(parameters, { centered: true, momentum: 0.9 })],
  ['Adam', () => new Adam(parameters)],
  ['AdamW', () => new AdamW(parameters)],
];

it.each(makers)('%s keeps as many tensors after each step, and frees them', (_name, make) => {
  const before = device.live;
  const optimizer = make();
  const { live, liveBytes } = device;
  for (let t = 1; t <= 5; t++) {
    makeStep(optimizer, t);
    expect([device.live, device.liveBytes]).toEqual([live, liveBytes]);
  }
  optimizer.dispose();
  expect(device.live).toBe(before);
});

it.each(makers)('%s continues from a saved state bit by bit', async (_name, make) => {
  const first = make();
  for (let t = 1; t <= 3; t++) makeStep(first, t);
  const saved = await first.stateDict();
  const weights = [...parameters].map(([name, parameter]) => [name, parameter.data()] as const);
  const copies = new Map(await Promise.all(weights.map(async ([name, data]) => [name, await data] as const)));
  for (let t = 4; t <= 6; t++) makeStep(first, t);
  const expected = await values();
  for (const [name, parameter] of parameters) {
    parameter.assign(device.tensor(copies.get(name)!, { shape: parameter.shape }));
  }
  const second = make();
  second.learningRate = 0.7;
  second.loadStateDict(saved);
  expect(second.steps).toBe(3);
  for (let t = 4; t <= 6; t++) makeStep(second, t);
  expect(await values()).toEqual(expected);
  expect(await second.stateDict()).toEqual(await first.stateDict());
  first.dispose();
  second.dispose();
});

it('refuses a state that does not fit, lists why, and changes nothing', async () => {
  const optimizer = new Adam(parameters);
  makeStep(optimizer, 1);
  const state = await optimizer.stateDict();
  const moment = state.tensors.get('firstMoment.a')!;
  const tensors = new Map(state.tensors);
  tensors.delete('firstMoment.a');
  tensors.set('secondMoment.a', { ...moment, shape: [1, 3] });
  tensors.set('secondMoment.b.c', { dtype: 'float32', shape: [2, 1], data: new Float32Array(2) });
  tensors.set('momentum.a', moment);
  const load = () => optimizer.loadStateDict({ ...state, kind: 'AdamW', steps: -1, learningRate: Number.NaN, tensors });
  expect(load).toThrow(OptionError);
  expect(load).toThrow(
    'Adam: the state does not fit: it is a state of AdamW, expected Adam; steps is -1; learningRate is NaN; ' +
      'firstMoment.a is missing; secondMoment.a has shape [1, 3], expected [3]; ' +
      'secondMoment.b.c has dtype float32, expected float64; momentum.a is unexpected',
  );
  expect(await optimizer.stateDict()).toEqual(state);
});

it('refuses gradients that do not match the parameters, and changes nothing', async () => {
  const optimizer = new Adam(parameters);
  const before = await values();
  const given = gradients(1);
  const step = (change: (map: Map<string, Tensor>) => void) => () => {
    const changed = new Map(given);
    change(changed);
    optimizer.step(changed);
  };
  expect(step((map) => map.delete('b.c'))).toThrow('Adam: gradient b.c is missing');
  expect(step((map) => map.set('d', given.get('a')!))).toThrow(
    'Adam: gradient d belongs to no parameter of the optimizer',
  );
  expect(step((map) => map.set('b.c', given.get('a')!))).toThrow(ShapeError);
  expect(step((map) => map.set('b.c', given.get('a')!))).toThrow(
    'Adam: gradient b.c has shape [3], expected [2, 1], as the parameter',
  );
  expect(await values()).toEqual(before);
  expect(optimizer.steps).toBe(0);
});

it('refuses options outside their range, and keeps nothing then', () => {
  const before = device.live;
  const cases: [make: () => Optimizer, message: string][] = [
    [() => new Adam(new Map()), 'Adam: parameters are empty, expected at least one'],
    [() => new Adam(parameters, { learningRate: -1 }), 'Adam: learningRate is -1, expected a finite number'],
    [() => new Adam(parameters, { beta1: 1 }), 'Adam: beta1 is 1, expected from 0 to below 1'],
    [() => new AdamW(parameters, { beta2: -0.1 }), 'AdamW: beta2 is -0.1, expected from 0 to below 1'],
    [
      () => new Adam(parameters, { epsilon: Number.NaN }),
      'Adam: epsilon is NaN, expected a finite number of at least 0',
    ],
    [() => new AdamW(parameters, { weightDecay: -1 }), 'AdamW: weightDecay is -1, expected a finite number'],
    [() => new RMSprop(parameters, { alpha: 1 }), 'RMSprop: alpha is 1, expected from 0 to below 1'],
    [() => new RMSprop(parameters, { epsilon: -1 }), 'RMSprop: epsilon is -1'],
    [() => new RMSprop(parameters, { momentum: -1 }), 'RMSprop: momentum is -1'],
    [() => new RMSprop(parameters, { weightDecay: -1 }), 'RMSprop: weightDecay is -1'],
    [() => new SGD(parameters, { learningRate: 1, momentum: -1 }), 'SGD: momentum is -1'],
    [() => new SGD(parameters, { learningRate: 1, weightDecay: -1 }), 'SGD: weightDecay is -1'],
    [
      () => new SGD(parameters, { learningRate: 1, dampening: 2 }),
      'SGD: dampening is 2, expected a number from 0 to 1',
    ],
    [
      () => new SGD(parameters, { learningRate: 1, nesterov: true }),
      'SGD: nesterov needs a momentum above 0 and a dampening of 0',
    ],
  ];
  for (const [make, message] of cases) {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  }
  expect(device.live).toBe(before);
});
