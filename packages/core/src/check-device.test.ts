import { expect, it } from 'vitest';
import { checkIsBackend, checkIsDevice, Device, kindOf, OptionError } from './index.ts';
import { createFakeBackend } from './testing/fake-backend.ts';

const { backend } = createFakeBackend();
const least = 'without supports, upload, download, free, fill, expected a backend, such as createJsBackend()';

it.each([
  ['a promise of one', Promise.resolve(backend), `is a promise (await it) ${least}`],
  ['what makes one', createFakeBackend, `is a function ${least}`],
  ['undefined', undefined, `is undefined ${least}`],
  ['null', null, `is null ${least}`],
  ['a name', 'wasm', `is a string ${least}`],
  ['an empty object', {}, `is an object ${least}`],
  ['one in parts', { ...backend, upload: undefined }, 'is an object without upload, expected a backend'],
  ['a device', new Device(backend), 'is of class Device without supports, upload, download, fill, expected a backend'],
])('a device refuses %s as its backend', (_, value, text) => {
  expect(() => new Device(value as never)).toThrow(OptionError);
  expect(() => new Device(value as never)).toThrow(`Device: backend ${text}`);
  expect(() => checkIsBackend('mine', value as never)).toThrow(`mine: backend ${text}`);
});

it.each([
  ['a backend', backend, 'is an object (a backend), expected a Device, made by new Device(backend)'],
  ['a promise', Promise.resolve(new Device(backend)), 'is a promise (await it), expected a Device'],
  ['nothing', undefined, 'is undefined, expected a Device'],
  ['the class', Device, 'is a function, expected a Device'],
  ['options', { dtype: 'float64' }, 'is an object, expected a Device'],
])('what needs a device refuses %s', (_, value, text) => {
  expect(() => checkIsDevice('layer', value as never)).toThrow(`layer: device ${text}`);
});

it('devices refuse options and element types that they do not know', () => {
  const device = new Device(backend);
  const call = (work: () => unknown, text: string) => expect(work).toThrow(text);
  call(
    () => new Device(backend, { sead: 1 } as never),
    'Device: sead is no option, expected one of dtype, seed, fused',
  );
  call(() => new Device(backend, { fused: 'no' as never }), 'Device: fused is a string, expected true or false');
  call(() => new Device(backend, 'float64' as never), 'Device: options is a string, expected an object with options');
  call(() => device.tensor([1], [1] as never), 'tensor: options is of class Array, expected an object with options');
  call(() => device.tensor([1], { type: 'int32' } as never), 'tensor: type is no option, expected one of shape, dtype');
  call(() => device.tensor([1], { dtype: 'float16' as never }), 'tensor: dtype is float16, expected float32, float64,');
  call(() => device.zeros([1], 'int8' as never), 'zeros: dtype is int8, expected float32, float64, int32, bool');
  call(() => device.ones(3 as never), 'ones: shape is a number, expected whole sizes of at least 0');
  call(() => device.tensor([1], { shape: 1 as never }), 'tensor: shape is a number, expected whole sizes');
  call(() => device.scope(5 as never), 'scope: callback is a number, expected a function');
});

it('kinds of values have names', () => {
  const values = [undefined, null, 1, 'x', {}, [], new Map(), Object.create(null), Promise.resolve(), () => 1];
  expect(values.map(kindOf).join('; ')).toBe(
    'undefined; null; a number; a string; an object; of class Array; of class Map; an object; a promise (await it); a function',
  );
});

it('sees to the rejection of a promise that it refuses, which would end the process', async () => {
  expect(() => new Device(Promise.reject(new Error('cannot start')) as never)).toThrow('Device: backend is a promise');
  await new Promise((resolve) => setTimeout(resolve));
});
