import { createJsBackend } from '@sluice/backend-js';
import { Device, OptionError, Parameter, type Tensor } from '@sluice/core';
import { expect, it } from 'vitest';
import { checkGradients, defineOp, dropout, GradientError, grad, multiply, square, sum, tanh } from './index.ts';

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 3 });
const parameter = (...values: number[]) => new Parameter(device.tensor(values));

const total = (x?: Tensor) => sum(x!);

/** x^2 with a gradient that is wrong. */
const wrong = defineOp({
  name: 'wrong',
  forward: (x: Tensor) => multiply(x, x),
  backward: (dy, _y, x) => [() => multiply(dy, x)],
});

class Layer {
  readonly a = parameter(0.5, -1);
  readonly b = parameter(2);
  parameters() {
    return new Map([
      ['a', this.a],
      ['b', this.b],
    ]);
  }
}

it('moves the parameters of a layer, of a map and alone, wherever the function uses them', async () => {
  const layer = new Layer();
  const { live } = device;
  const compute = () => sum(tanh(multiply(layer.a, layer.b)));
  for (const inputs of [layer, layer.parameters(), [layer], [layer.a, layer.b], layer.a]) {
    expect(await checkGradients(compute, inputs)).toBeLessThan(1e-8);
  }
  const x = device.tensor([1, 2]);
  expect(await checkGradients((input) => sum(multiply(input!, layer.a)), [layer, x])).toBeLessThan(1e-8);
  expect(await checkGradients((input) => sum(multiply(input!, input!)), x)).toBeLessThan(1e-8);
  x.dispose();
  expect(device.live).toBe(live);
});

it('finds a wrong gradient of a parameter, names it, and leaves its elements as they were', async () => {
  const layer = new Layer();
  const names = 'a element 0 has gradient 0.5, expected 1';
  await expect(checkGradients(() => sum(wrong(layer.a)), layer)).rejects.toThrow(`checkGradients: ${names}`);
  await expect(checkGradients(() => sum(wrong(layer.a)), [layer])).rejects.toThrow(
    `checkGradients: inputs[0].${names}`,
  );
  await expect(checkGradients(() => sum(wrong(layer.a)), [layer.a])).rejects.toBeInstanceOf(GradientError);
  await expect(checkGradients((x) => sum(wrong(x!)), [device.tensor([1])])).rejects.toThrow('inputs[0] element 0 has');
  let calls = 0;
  const failing = () => {
    if (++calls > 2) throw new Error('mine');
    return sum(square(layer.a));
  };
  await expect(checkGradients(failing, layer)).rejects.toThrow('mine');
  expect(Array.from(await layer.a.data())).toEqual([0.5, -1]);
});

it('draws random numbers alike each time', async () => {
  const layer = new Layer();
  expect(await checkGradients(() => sum(square(dropout(layer.a, 0.5))), layer)).toBeLessThan(1e-8);
});

it('names itself in what it refuses', async () => {
  const x = device.tensor([1, 2]);
  const gone = device.tensor([1]);
  gone.dispose();
  const single = new Device(createJsBackend());
  const cases: readonly (readonly [work: () => Promise<unknown>, message: string])[] = [
    [() => checkGradients(total, [single.ones([2])]), 'inputs[0] has dtype float32, expected float64 (new Device('],
    [
      () => checkGradients(total, { parameters: () => new Map([['w', new Parameter(single.ones([2]))]]) }),
      'w has dtype',
    ],
    [() => checkGradients(total, []), 'inputs are empty'],
    [() => checkGradients(total, [gone]), 'a float64 tensor of shape [1] was used after'],
    [
      () => checkGradients(total, [x, new Device(createJsBackend(), { dtype: 'float64' }).ones([2])]),
      'inputs[1] is on',
    ],
    [() => checkGradients(total, 5 as never), 'inputs is a number, expected a tensor, a layer'],
    [() => checkGradients(total, [[1]] as never), 'inputs[0] is of class Array, expected a tensor, a layer'],
    [() => checkGradients(total, new Map([['x', x]]) as never), 'x is of class Tensor, expected a Parameter'],
    [() => checkGradients(x as never, [x]), 'compute is of class Tensor, expected a function'],
    [() => checkGradients((input) => input!, [x]), 'value has shape [2], expected a scalar'],
    [() => checkGradients((async () => x) as never, [x]), 'compute returned a promise'],
    [() => checkGradients(() => 1 as never, [x]), 'compute returned no tensor'],
    [() => checkGradients(total, [x], { step: 0 }), 'step is 0, expected a number above 0'],
    [() => checkGradients(total, [x], { tolerance: Number.NaN }), 'tolerance is NaN, expected a number above 0'],
  ];
  for (const [work, message] of cases) await expect(work(), message).rejects.toThrow(`checkGradients: ${message}`);
});

it('lets grad speak for itself', () => {
  const x = device.tensor([1, 2]);
  expect(() => grad(() => x, x)).toThrow('grad: value has shape [2], expected a scalar');
  expect(() => grad(() => sum(x), [])).toThrow('grad: targets are empty');
  expect(() => grad(() => sum(x), undefined as never)).toThrow('grad: targets is undefined, expected a tensor, or a');
  expect(() => grad(x as never, x)).toThrow(OptionError);
});

it('operations of one tensor can be mapped over many', async () => {
  const xs = [device.tensor([1]), device.tensor([2])] as const;
  const gradients = grad(() => sum(multiply(...(xs.map(tanh) as [Tensor, Tensor]))), xs);
  expect(await gradients[0].item()).toBeCloseTo((1 - Math.tanh(1) ** 2) * Math.tanh(2), 12);
});

it('moves inputs in their own type, whatever that of the device is', async () => {
  const single = new Device(createJsBackend());
  const x = single.tensor([0.1, -2], { dtype: 'float64' });
  expect(await checkGradients((input) => sum(tanh(input!)), [x])).toBeLessThan(1e-6);
  const weight = new Parameter(single.tensor([0.1, -2], { dtype: 'float64' }));
  expect(await checkGradients(() => sum(tanh(weight)), weight)).toBeLessThan(1e-6);
  expect(weight.dtype).toBe('float64');
});
