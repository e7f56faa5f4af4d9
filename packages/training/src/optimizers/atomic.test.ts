import { createJsBackend } from '@sluice/backend-js';
import { type Backend, Device, Parameter, type Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import {
  Adam,
  AdamW,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  globalNorm,
  Optimizer,
  RMSprop,
  SGD,
} from '../index.ts';
import { type FailingBackend, failingBackend } from '../testing/failing-backend.ts';
import { withKernels } from '../testing/optimizer-kernels.ts';

const backends: Record<string, Backend> = { operations: createJsBackend(), kernels: withKernels(createJsBackend()) };
const makers: Record<string, (parameters: ReadonlyMap<string, Parameter>) => Optimizer> = {
  SGD: (parameters) => new SGD(parameters, { learningRate: 0.1, weightDecay: 0.1 }),
  'SGD with momentum': (parameters) => new SGD(parameters, { learningRate: 0.1, momentum: 0.9, nesterov: true }),
  RMSprop: (parameters) => new RMSprop(parameters, { centered: true, momentum: 0.9 }),
  Adam: (parameters) => new Adam(parameters, { weightDecay: 0.1 }),
  AdamW: (parameters) => new AdamW(parameters),
};
const cases = Object.keys(backends).flatMap((backend) => Object.keys(makers).map((rule) => [rule, backend] as const));

class Bench {
  readonly failing: FailingBackend;
  readonly device: Device;
  readonly parameters: Map<string, Parameter>;
  readonly optimizer: Optimizer;

  constructor(rule: string, backend: string) {
    this.failing = failingBackend(backends[backend]!);
    this.device = new Device(this.failing.backend, { dtype: 'float64' });
    const shapes = { a: [3], b: [2, 1], c: [], d: [4] };
    this.parameters = new Map(
      Object.entries(shapes).map(([name, shape]) => [name, new Parameter(this.device.full(shape, 0.5))]),
    );
    this.optimizer = makers[rule]!(this.parameters);
    this.optimizer.step(this.gradients());
  }

  gradients(): Map<string, Tensor> {
    return new Map([...this.parameters].map(([name, { shape }], i) => [name, this.device.full(shape, i - 1.2)]));
  }

  /** Everything that a step changes. */
  async look() {
    const alive = [...this.parameters].filter(([, parameter]) => !parameter.disposed);
    const values = await Promise.all(alive.map(async ([name, parameter]) => [name, [...(await parameter.data())]]));
    const { live, liveBytes } = this.device;
    return { values, state: await this.optimizer.stateDict(), live, liveBytes };
  }
}

it.each(cases)('%s by %s: a call that fails at any point of a step changes nothing', async (rule, backend) => {
  const bench = new Bench(rule, backend);
  const gradients = bench.gradients();
  const before = await bench.look();
  let failures = 0;
  for (bench.failing.failsAt = 0; ; bench.failing.failsAt++) {
    bench.failing.calls = 0;
    try {
      bench.optimizer.step(gradients);
      break;
    } catch (error) {
      expect(error).toMatchObject({ name: 'BackendError' });
      failures++;
    }
    expect(await bench.look()).toEqual(before);
  }
  expect(failures).toBeGreaterThanOrEqual(bench.parameters.size);
  const after = await bench.look();
  expect(after.state.steps).toBe(2);
  for (const [i, [, values]] of after.values.entries()) expect(values).not.toEqual(before.values[i]![1]);
});

it.each(cases)('%s by %s: loading a state that fails at any point changes nothing', async (rule, backend) => {
  const bench = new Bench(rule, backend);
  const { state } = await bench.look();
  bench.optimizer.step(bench.gradients());
  bench.optimizer.learningRate = 3;
  const before = await bench.look();
  for (bench.failing.failsAt = 0; bench.failing.failsAt < state.tensors.size; bench.failing.failsAt++) {
    bench.failing.calls = 0;
    expect(() => bench.optimizer.loadStateDict(state)).toThrow('no memory is left');
    expect(await bench.look()).toEqual(before);
  }
  bench.failing.calls = 0;
  bench.optimizer.loadStateDict(state);
  expect(await bench.optimizer.stateDict()).toEqual(state);
});

it.each(cases)('%s by %s: an optimizer that cannot be made leaves nothing behind', (rule, backend) => {
  const { failing, device, parameters } = new Bench(rule, backend);
  const { live } = device;
  failing.calls = 0;
  makers[rule]!(parameters).dispose();
  const all = failing.calls;
  for (failing.failsAt = 0; failing.failsAt < all; failing.failsAt++) {
    failing.calls = 0;
    expect(() => makers[rule]!(parameters)).toThrow('no memory is left');
    expect(device.live).toBe(live);
  }
});

type Fault = readonly [what: string, spoil: (bench: Bench, gradients: Map<string, Tensor>) => void, message: string];
const elsewhere = new Device(createJsBackend(), { dtype: 'float64' });
const faults: readonly Fault[] = [
  ['a gradient that was freed', (_, g) => g.get('d')!.dispose(), 'gradient d was used after its scope had ended'],
  ['a parameter that was freed', ({ parameters }) => parameters.get('d')!.dispose(), 'parameter d was used after'],
  ['a gradient that is missing', (_, g) => g.delete('d'), 'gradient d is missing'],
  ['one too many', ({ device }, g) => g.set('e', device.ones([1])), 'gradient e belongs to no parameter'],
  ['another shape', ({ device }, g) => g.set('d', device.ones([4, 1])), 'gradient d has shape [4, 1], expected [4]'],
  [
    'another dtype',
    ({ device }, g) => g.set('d', device.ones([4], 'int32')),
    'gradient d has dtype int32, expected float64, as the parameter',
  ],
  [
    'another device',
    (_, g) => g.set('d', elsewhere.ones([4])),
    'gradient d is on another device (js), expected that of',
  ],
  ['no tensor', (_, g) => g.set('d', [1, 2, 3, 4] as never), 'gradient d is of type object, expected a tensor'],
  ['a null', (_, g) => g.set('d', null as never), 'gradient d is null, expected a tensor'],
  ['an optimizer that was freed', ({ optimizer }) => optimizer.dispose(), 'the optimizer was used after dispose()'],
];

describe.each(Object.keys(makers))('%s', (rule) => {
  it.each(faults.filter(([what]) => rule !== 'SGD' || !what.startsWith('an optimizer')))(
    'changes nothing for %s',
    async (what, spoil, message) => {
      const bench = new Bench(rule, 'operations');
      const gradients = bench.gradients();
      const before = await bench.look();
      spoil(bench, gradients);
      const [first] = bench.parameters.values();
      const { live } = bench.device;
      expect(() => bench.optimizer.step(gradients)).toThrow(message);
      expect([bench.device.live, bench.optimizer.steps]).toEqual([live, 1]);
      expect([...(await first!.data())]).toEqual(before.values[0]![1]);
      if (!what.startsWith('an optimizer')) expect(await bench.optimizer.stateDict()).toEqual(before.state);
    },
  );
});

it('frees what a rule of its own makes for nothing', async () => {
  class Odd extends Optimizer<'slot'> {
    constructor(parameters: ReadonlyMap<string, Parameter>) {
      super('Odd', parameters, { learningRate: 1, slots: ['slot'] });
    }
    protected override update(parameter: Tensor) {
      const { device, shape, dtype } = parameter;
      const sizeless = shape.length === 0;
      return {
        parameter: sizeless ? device.ones([7]) : device.ones(shape, dtype),
        slots: { slot: device.ones(shape) },
      };
    }
  }
  const { device, parameters, gradients } = (() => {
    const bench = new Bench('SGD', 'operations');
    return { device: bench.device, parameters: bench.parameters, gradients: bench.gradients() };
  })();
  const optimizer = new Odd(parameters);
  const { live } = device;
  const before = await parameters.get('a')!.data();
  expect(() => optimizer.step(gradients)).toThrow('assign: value has shape [7], expected []');
  expect(device.live).toBe(live);
  expect(await parameters.get('a')!.data()).toEqual(before);
});

it('refuses what it cannot train', () => {
  const { device, parameters } = new Bench('SGD', 'operations');
  const parameter = new Parameter(device.ones([1]));
  const freed = new Parameter(device.ones([1]));
  freed.dispose();
  const a = parameters.get('a')!;
  const refusals: [parameters: unknown, message: string][] = [
    [{ parameter }, 'Adam: parameters are no map, expected a map, from the names of model.parameters()'],
    [[parameter], 'Adam: parameters are no map'],
    [undefined, 'Adam: parameters are no map'],
    [new Map([['x', device.ones([1])]]), 'Adam: parameter x is a plain tensor, expected a Parameter'],
    [new Map([['x', 1]]), 'Adam: parameter x is of type number, expected a tensor'],
    [new Map([['x', new Parameter(device.ones([1], 'int32'))]]), 'Adam: parameter x has dtype int32, expected a float'],
    [new Map([['x', freed]]), 'Adam: parameter x was used after its scope had ended or dispose() was called'],
    [
      new Map([
        ['x', a],
        ['y', a],
      ]),
      'Adam: parameter y is also x, expected each parameter once',
    ],
  ];
  for (const [given, message] of refusals) expect(() => new Adam(given as never)).toThrow(message);
});

it('two optimizers share parameters and gradients', async () => {
  const bench = new Bench('Adam', 'operations');
  const other = new SGD(bench.parameters, { learningRate: 0 });
  const gradients = bench.gradients();
  bench.optimizer.step(gradients);
  const { values } = await bench.look();
  other.step(gradients);
  expect((await bench.look()).values).toEqual(values);
});

const clippers: Record<string, (gradients: ReadonlyMap<string, Tensor>) => unknown> = {
  clipByValue: (gradients) => clipByValue(gradients, 1),
  clipByNorm: (gradients) => clipByNorm(gradients, 1),
  clipByGlobalNorm: (gradients) => clipByGlobalNorm(gradients, 1),
  globalNorm,
};

it.each(Object.entries(clippers))('%s leaves nothing behind when it fails', (name, clip) => {
  for (const backend of Object.values(backends)) {
    const failing = failingBackend(backend);
    const device = new Device(failing.backend, { dtype: 'float64' });
    const gradients = new Map<string, Tensor>(['a', 'b', 'c'].map((key) => [key, device.ones([3])]));
    const { live } = device;
    device.scope(() => void clip(gradients));
    const all = failing.calls - 3;
    expect(all).toBeGreaterThan(2);
    for (failing.failsAt = 0; failing.failsAt < all; failing.failsAt++) {
      failing.calls = 0;
      expect(() => clip(gradients)).toThrow('no memory is left');
      expect(device.live).toBe(live);
    }
    failing.failsAt = Number.POSITIVE_INFINITY;
    gradients.get('c')!.dispose();
    expect(() => clip(gradients)).toThrow(`${name}: gradient c was used after its scope had ended`);
    gradients.set('c', 3 as never);
    expect(() => clip(gradients)).toThrow(`${name}: gradient c is of type number, expected a tensor`);
    expect(() => clip([device.ones([1])] as never)).toThrow(`${name}: gradients are no map, expected a map`);
    if (!name.startsWith('global') && name !== 'clipByGlobalNorm') continue;
    gradients.set('c', elsewhere.ones([1]));
    expect(() => clip(gradients)).toThrow(`${name}: gradient c is on another device`);
    gradients.set('c', device.ones([1], 'int32'));
    expect(() => clip(gradients)).toThrow(`${name}: gradient c has dtype int32, expected float64, as the first`);
  }
});
