import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import {
  add,
  checkGradients,
  checkpoint,
  concat,
  defineOp,
  exp,
  grad,
  log,
  multiply,
  type OperationEvent,
  observeOperations,
  relu,
  sum,
  tanh,
  valueAndGrad,
  withLabel,
} from './index.ts';

const create = () => new Device(createJsBackend(), { dtype: 'float64' });

const cube = defineOp({
  name: 'cube',
  forward: (x: Tensor) => multiply(x, multiply(x, x)),
  backward: (dy, _y, x) => [() => multiply(dy, multiply(3, multiply(x, x)))],
});

describe('defineOp', () => {
  it("makes a user's operation with a gradient that can be differentiated again", async () => {
    const device = create();
    const x = device.tensor([1, -2]);
    expect([...(await cube(x).data())]).toEqual([1, -8]);
    await checkGradients((input) => sum(cube(input)), [x]);
    const second = grad(() => sum(grad(() => sum(cube(x)), x)), x);
    expect([...(await second.data())]).toEqual([6, -12]);
  });

  it('frees what forward makes on the way', () => {
    const device = create();
    const x = device.tensor([1]);
    const { live } = device;
    cube(x);
    expect(device.live).toBe(live + 1);
  });

  it('may return an input or one tensor twice: gradients know them apart', async () => {
    const device = create();
    const x = device.tensor([3]);
    const same = defineOp({ name: 'same', forward: (input: Tensor) => input, backward: (dy) => [() => dy] });
    expect(same(x)).not.toBe(x);
    const slope = grad(() => sum(multiply(same(multiply(x, 2)), same(x))), x);
    expect([...(await slope.data())]).toEqual([12]);
    const twice = defineOp<[x: Tensor], readonly Tensor[]>({
      name: 'twice',
      forward: (input) => {
        const y = multiply(input, 1);
        return [y, y, input];
      },
      backward: (gradients) => [() => gradients.reduce((a, b) => add(a, b))],
    });
    const weighted = () => {
      const [a, b, c] = twice(x) as [Tensor, Tensor, Tensor];
      return sum(add(multiply(a, 2), add(multiply(b, 30), multiply(c, 400))));
    };
    expect([...(await grad(weighted, x).data())]).toEqual([432]);
  });

  it('may give a tensor of the forward pass as a gradient, which lives on for others', async () => {
    const device = create();
    const x = device.tensor([0.3]);
    const { live } = device;
    const energy = defineOp({
      name: 'energy',
      forward: (input: Tensor) => sum(multiply(0.5, multiply(input, input))),
      backward: (_dy, _y, input) => [() => input],
    });
    const compute = () => {
      const hidden = tanh(multiply(x, 1));
      return { value: energy(hidden), auxiliary: hidden };
    };
    const { value, gradients, auxiliary } = valueAndGrad(compute, x);
    const y = Math.tanh(0.3);
    expect((await gradients.data())[0]).toBeCloseTo(y * (1 - y * y), 12);
    expect(await auxiliary.item()).toBeCloseTo(y, 12);
    const again = valueAndGrad(() => checkpoint(device, () => energy(tanh(x))), x);
    expect((await again.gradients.data())[0]).toBeCloseTo(y * (1 - y * y), 12);
    for (const tensor of [value, gradients, auxiliary, again.value, again.gradients]) tensor.dispose();
    expect(device.live).toBe(live);
  });

  it('takes more operands than a call takes arguments', async () => {
    const device = create();
    const parts = Array.from({ length: 150_000 }, (_, i) => device.tensor(i, { shape: [1] }));
    const joined = concat(parts);
    expect(joined.shape).toEqual([150_000]);
    expect((await joined.data())[149_999]).toBe(149_999);
    expect(grad(() => sum(concat(parts)), parts)).toHaveLength(150_000);
  });

  it('says what an author got wrong', () => {
    const device = create();
    const x = device.tensor([1, 2]);
    const forward = (input: Tensor) => exp(input);
    const broken = (backward: (dy: Tensor) => (() => Tensor)[]) => defineOp({ name: 'broken', forward, backward });
    expect(() => grad(() => sum(broken(() => [])(x)), x)).toThrow('broken: backward gave 0 thunks for 1 inputs');
    expect(() => grad(() => sum(broken((dy) => [() => device.zeros([3], dy.dtype)])(x)), x)).toThrow(
      "backward of broken: gradient has shape [3], expected one that the input's shape [2] broadcasts to",
    );
    expect(() => grad(() => sum(broken(() => [() => device.zeros([2], 'float32')])(x)), x)).toThrow(
      'backward of broken: gradient has dtype float32, expected float64, as the input',
    );
    expect(() => defineOp({ name: 'none', forward, backward: null })('text' as never)).toThrow(
      'none: no tensor among the arguments',
    );
  });
});

describe('observeOperations', () => {
  it('reports operations with pass and label, and their gradients under the label of the forward pass', async () => {
    const device = create();
    const x = device.tensor([-1]);
    const events: OperationEvent[] = [];
    const compute = () => sum(withLabel('inner', () => log(relu(x))));
    observeOperations(
      (event) => {
        device.keep(event.outputs);
        events.push(event);
      },
      () => withLabel('outer', () => grad(compute, x)),
    );
    const told = events.map(({ operation, pass, label }) => `${operation} ${pass} ${String(label)}`);
    expect(told).toContain('relu forward inner');
    expect(told).toContain('sum forward outer');
    expect(told).toContain('divide backward inner');
    const first = events.find((event) => event.operation === 'log');
    expect((await first?.outputs[0]?.data())?.[0]).toBe(Number.NEGATIVE_INFINITY);
    const before = events.length;
    tanh(x);
    expect(events.length).toBe(before);
  });
});
