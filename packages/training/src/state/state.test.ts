import { createJsBackend } from '@sluice/backend-js';
import { Device, FormatError, OptionError, Tensor, type TensorData, tensorsIn } from '@sluice/core';
import { expect, it } from 'vitest';
import { checksum } from './checksum.ts';
import { flattenTree, rebuildTree } from './tree.ts';

const device = new Device(createJsBackend());

it('depends on names, dtypes, shapes, elements and text, not on the order', () => {
  const a: TensorData = { dtype: 'float32', shape: [2], data: Float32Array.of(0, 0) };
  const of = (entries: [string, TensorData][], text = 't') => checksum(text, new Map(entries));
  const sums = [
    of([['a', a]]),
    of([['b', a]]),
    of([['a', { ...a, shape: [1, 2] }]]),
    of([['a', { ...a, data: Float32Array.of(0, -0) }]]),
    of([['a', { ...a, dtype: 'int32', data: new Int32Array(2) }]]),
    of([['a', a]], 'u'),
    of([]),
  ];
  expect(new Set(sums).size).toBe(sums.length);
  const b: TensorData = { dtype: 'bool', shape: [], data: Uint8Array.of(1) };
  expect(
    of([
      ['a', a],
      ['b', b],
    ]),
  ).toBe(
    of([
      ['b', b],
      ['a', a],
    ]),
  );
});

it('takes any value with tensors apart and puts it together again', async () => {
  const value = {
    'a.b': device.tensor([1, 2]),
    a: { b: device.tensor(Int32Array.of(3)), '~1': [device.tensor(true), null, undefined] },
    map: new Map([['x', device.tensor([[0.5]])]]),
    plain: [1, 'text', false, -0.25],
  };
  const flat = await flattenTree(value);
  expect([...flat.tensors.keys()].sort()).toEqual(['a.b', 'a.~01.0', 'a~1b', 'map.x']);
  const before = device.live;
  const again = rebuildTree(device, JSON.parse(JSON.stringify(flat.structure)) && flat) as typeof value;
  expect(device.live).toBe(before + 4);
  expect([...(await again['a.b'].data())]).toEqual([1, 2]);
  expect(again.a.b.dtype).toBe('int32');
  expect(again.a['~1'].slice(1)).toEqual([null, undefined]);
  expect([...(await again.map.get('x')!.data())]).toEqual([0.5]);
  expect(again.plain).toEqual(value.plain);
  for (const tensor of tensorsIn(again)) tensor.dispose();
  expect(device.live).toBe(before);
});

it('refuses what it could not put together again', async () => {
  class Holder {
    readonly tensor = device.tensor(1);
  }
  for (const [value, got] of [
    [{ state: new Holder() }, 'carry.state is [object Object]'],
    [[() => 1], 'carry.0 is () => 1'],
    [{ n: Number.NaN }, 'carry.n is NaN'],
    [new Map([[1, 2]]), 'carry is [object Map]'],
  ] as const) {
    const flat = flattenTree(value);
    await expect(flat).rejects.toThrow(OptionError);
    await expect(flat).rejects.toThrow(`fit: ${got}, expected tensors, numbers, texts and truth values in arrays`);
  }
  let deep: unknown = 1;
  for (let i = 0; i < 100; i++) deep = [deep];
  await expect(flattenTree(deep)).rejects.toThrow(OptionError);
});

it('refuses a structure that it does not make', () => {
  const before = device.live;
  let deep: unknown = { value: 1 };
  for (let i = 0; i < 100; i++) deep = { array: [deep] };
  const x: TensorData = { dtype: 'float32', shape: [], data: Float32Array.of(1) };
  for (const [structure, message] of [
    [null, 'the structure of the carry is malformed'],
    [{}, 'the structure of the carry is malformed'],
    [{ value: 1, none: true }, 'the structure of the carry is malformed'],
    [deep, 'the structure of the carry is malformed'],
    [{ value: {} }, 'the structure of the carry has an unknown part "value"'],
    [{ object: [['a']] }, 'the carry has a member without a key'],
    [{ map: [1] }, 'the carry has a member without a key'],
    [{ array: [{ tensor: 'x' }, { tensor: 'x' }] }, 'carry.x is missing or used twice'],
    [{ none: true }, 'carry.x has no place'],
  ] as const) {
    const build = () => rebuildTree(device, { tensors: new Map([['x', x]]), structure: structure as never });
    expect(build).toThrow(FormatError);
    expect(build).toThrow(message);
  }
  expect(device.live).toBe(before);
  const proto = rebuildTree(device, { tensors: new Map(), structure: { object: [['__proto__', { value: 1 }]] } });
  expect(Object.getPrototypeOf(proto)).toBe(Object.prototype);
  expect(proto).not.toBeInstanceOf(Tensor);
});
