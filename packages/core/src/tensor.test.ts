import { beforeEach, describe, expect, it } from 'vitest';
import { Device } from './device.ts';
import { DeviceError, DisposedError, DTypeError, OptionError, ShapeError } from './errors.ts';
import { Parameter, type Tensor } from './tensor.ts';
import { createFakeBackend } from './testing/fake-backend.ts';

let device: Device;

beforeEach(() => {
  device = new Device(createFakeBackend().backend);
});

describe('a tensor', () => {
  it('tells its rank, size and text', () => {
    const x = device.zeros([2, 3]);
    expect([x.rank, x.size, String(x)]).toEqual([2, 6, 'Tensor(float32 [2, 3])']);
    x.dispose();
    expect(String(x)).toBe('Tensor(float32 [2, 3], disposed)');
  });

  it('gives its only element', async () => {
    expect(await device.tensor([[2.5]]).item()).toBe(2.5);
    expect(await device.tensor(true).item()).toBe(1);
    const pair = device.zeros([2]);
    await expect(pair.item()).rejects.toThrow(ShapeError);
    await expect(pair.item()).rejects.toThrow('item: tensor has shape [2], expected exactly one element');
    await expect(device.zeros([0]).item()).rejects.toThrow('item: tensor has shape [0], expected exactly one element');
  });

  it('copies its elements out', async () => {
    const x = device.tensor([1, 2]);
    (await x.data())[0] = 9;
    expect(await x.data()).toEqual(Float32Array.of(1, 2));
  });

  it('cannot be read after it was freed', async () => {
    const x = device.zeros([], 'int32');
    x.dispose();
    const message = 'data: a int32 tensor of shape [] was used after its scope had ended or dispose() was called';
    await expect(x.data()).rejects.toThrow(DisposedError);
    await expect(x.data()).rejects.toThrow(message);
    await expect(x.item()).rejects.toThrow(message);
  });
});

describe('a parameter', () => {
  it('lives on when the scope that made it ends', () => {
    const parameter = device.scope(() => ({
      owner: new (class {
        readonly weight = new Parameter(device.ones([2]));
      })(),
    }));
    expect(parameter.owner.weight.disposed).toBe(false);
    expect(device.live).toBe(1);
    parameter.owner.weight.dispose();
    expect(String(parameter.owner.weight)).toBe('Parameter(float32 [2], disposed)');
    expect(device.live).toBe(0);
  });

  it('cannot be made of a freed tensor', () => {
    const x = device.ones([2]);
    x.dispose();
    expect(() => new Parameter(x)).toThrow(
      'Parameter: a float32 tensor of shape [2] was used after its scope had ended or dispose() was called',
    );
  });

  it('takes new elements and frees the old', async () => {
    const parameter = new Parameter(device.zeros([2]));
    device.scope(() => parameter.assign(device.tensor([3, 4])));
    expect(await parameter.data()).toEqual(Float32Array.of(3, 4));
    expect([device.live, device.liveBytes]).toEqual([1, 8]);
    parameter.assign(parameter);
    expect(await parameter.data()).toEqual(Float32Array.of(3, 4));
    expect(device.live).toBe(1);
  });

  it('frees with its old elements the views on them', () => {
    const parameter = new Parameter(device.zeros([2]));
    const view = device.view('reshape', parameter, [1, 2]);
    parameter.assign(device.ones([2]));
    expect([view.disposed, parameter.disposed]).toEqual([true, false]);
  });

  it('refuses elements of another shape, dtype or device', () => {
    const parameter = new Parameter(device.zeros([2]));
    expect(() => parameter.assign(device.zeros([2, 1]))).toThrow(ShapeError);
    expect(() => parameter.assign(device.zeros([2, 1]))).toThrow('assign: value has shape [2, 1], expected [2]');
    expect(() => parameter.assign(device.zeros([2], 'int32'))).toThrow(DTypeError);
    expect(() => parameter.assign(device.zeros([2], 'int32'))).toThrow(
      'assign: value has dtype int32, expected float32',
    );
    const elsewhere = new Device(createFakeBackend().backend).zeros([2]);
    expect(() => parameter.assign(elsewhere)).toThrow(DeviceError);
    expect(() => parameter.assign(elsewhere)).toThrow(
      'assign: value is on another device (fake), expected one device for all (fake)',
    );
    expect(elsewhere.disposed).toBe(false);
  });

  it('refuses the storage of another parameter, which would be freed under it', () => {
    const [a, b] = [new Parameter(device.zeros([2])), new Parameter(device.ones([2]))];
    const message = 'value belongs to another parameter, expected a tensor with a storage of its own';
    expect(() => a.assign(b)).toThrow(OptionError);
    expect(() => a.assign(device.view('reshape', b, [2]))).toThrow(`assign: ${message}`);
    expect(() => new Parameter(b)).toThrow(`Parameter: ${message}`);
    expect([a.disposed, b.disposed, device.live]).toEqual([false, false, 2]);
  });

  it('refuses freed elements, and any when it was freed itself', () => {
    const parameter = new Parameter(device.zeros([2]));
    const freed = device.zeros([2]);
    freed.dispose();
    const message = 'assign: a float32 tensor of shape [2] was used after its scope had ended or dispose() was called';
    expect(() => parameter.assign(freed)).toThrow(message);
    parameter.dispose();
    expect(() => parameter.assign(device.zeros([2]))).toThrow(DisposedError);
    expect(() => parameter.assign(device.zeros([2]))).toThrow(message);
    expect(parameter.disposed).toBe(true);
  });

  it('assigns to all of several, or to none', async () => {
    const [a, b] = [new Parameter(device.zeros([2])), new Parameter(device.zeros([2]))];
    const freed = device.ones([2]);
    freed.dispose();
    const taken = device.ones([2]);
    const faults: readonly (readonly [value: Tensor, message: string])[] = [
      [device.ones([3]), 'assign: value has shape [3], expected [2]'],
      [freed, 'assign: a float32 tensor of shape [2] was used after its scope had ended or dispose() was called'],
      [a, 'assign: value belongs to another parameter, expected a tensor with a storage of its own'],
      [taken, 'assign: value belongs to another parameter, expected a tensor with a storage of its own'],
    ];
    for (const [value, message] of faults) {
      const assign = () =>
        Parameter.assignAll([
          [a, taken],
          [b, value],
        ]);
      expect(assign).toThrow(message);
      expect([await a.data(), await b.data()]).toEqual([new Float32Array(2), new Float32Array(2)]);
    }
    Parameter.assignAll([
      [a, taken],
      [b, b],
    ]);
    expect([await a.data(), await b.data()]).toEqual([Float32Array.of(1, 1), new Float32Array(2)]);
  });

  it('cannot change while a gradient is recorded', async () => {
    const parameter = new Parameter(device.zeros([2]));
    device.recorders.push({ keepsIntermediates: true });
    expect(() => parameter.assign(device.ones([2]))).toThrow(OptionError);
    expect(() => parameter.assign(device.ones([2]))).toThrow(
      'assign: a parameter cannot change while valueAndGrad is recording',
    );
    device.recorders.pop();
    expect(await parameter.data()).toEqual(Float32Array.of(0, 0));
    parameter.assign(device.ones([2]));
    expect(await parameter.data()).toEqual(Float32Array.of(1, 1));
  });
});
