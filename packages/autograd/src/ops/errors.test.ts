import { createJsBackend } from '@sluice/backend-js';
import { Device, DeviceError, DTypeError, IndexError, OptionError, ShapeError } from '@sluice/core';
import { expect, it } from 'vitest';
import * as ops from './index.ts';

const device = new Device(createJsBackend());
const other = new Device(createJsBackend());
const x = device.zeros([2, 3]);
const ids = device.zeros([2], 'int32');
const flags = device.zeros([2], 'bool');
const empty = device.zeros([2, 0]);

const cases: [call: () => unknown, type: new (...args: never[]) => Error, text: string][] = [
  [
    () => ops.add(x, device.zeros([2])),
    ShapeError,
    'add: operands have shapes [2, 3] and [2], expected sizes that are',
  ],
  [
    () => ops.add(x, ids),
    DTypeError,
    'add: operands have dtypes float32 and int32, expected one dtype (cast converts)',
  ],
  [() => ops.add(ids, 0.5), DTypeError, 'add: b is 0.5, expected a whole number of 32 bits'],
  [() => ops.less(2.5, ids), DTypeError, 'less: a is 2.5, expected a whole number of 32 bits'],
  [() => ops.add(flags, flags), DTypeError, 'add: operands have dtype bool, expected float32, float64 or int32'],
  [
    () => ops.add(x, other.zeros([3])),
    DeviceError,
    'add: an operand is on another device (js), expected one device for all (js)',
  ],
  [() => ops.add(1, 2), OptionError, 'add: operands are numbers, expected at least one tensor'],
  [() => ops.exp(ids), DTypeError, 'exp: x has dtype int32, expected a float dtype'],
  [() => ops.power(ids, 2), DTypeError, 'power: operands have dtype int32, expected a float dtype'],
  [() => ops.clamp(x, 1, 0), OptionError, 'clamp: range is 1 to 0, expected low not above high'],
  [() => ops.select(x, 1, x), DTypeError, 'select: condition has dtype float32, expected bool'],
  [() => ops.sum(x, 2), ShapeError, 'sum: axis is 2, expected a whole number from -2 to 1'],
  [() => ops.sum(x, [0, -2]), ShapeError, 'sum: axes are [0, -2], expected each axis once'],
  [() => ops.max(empty, 1), ShapeError, 'max: x has shape [2, 0], expected at least one element along the reduced'],
  [() => ops.argMax(empty, 1), ShapeError, 'argMax: x has shape [2, 0], expected at least one element'],
  [() => ops.mean(ids), DTypeError, 'mean: x has dtype int32, expected a float dtype'],
  [() => ops.matMul(x, x), ShapeError, 'matMul: operands have shapes [2, 3] and [2, 3], expected [..., M, K] and'],
  [() => ops.matMul(x, device.zeros([3])), ShapeError, 'matMul: b has shape [3], expected at least two axes'],
  [() => ops.reshape(x, [4, 2]), ShapeError, 'reshape: x has shape [2, 3], expected 8 elements, for shape [4, 2]'],
  [
    () => ops.reshape(x, [4, -1]),
    ShapeError,
    'reshape: x has shape [2, 3], expected a number of elements that [4, -1]',
  ],
  [() => ops.squeezeAxis(x, 0), ShapeError, 'squeezeAxis: x has shape [2, 3], expected size 1 at axis 0'],
  [() => ops.transpose(x, [0, 0]), ShapeError, 'transpose: permutation is [0, 0], expected each of the 2 axes once'],
  [() => ops.broadcastTo(x, [3, 3]), ShapeError, 'broadcastTo: operands have shapes [2, 3] and [3, 3]'],
  [() => ops.broadcastTo(x, [3]), ShapeError, 'broadcastTo: x has shape [2, 3], expected one that broadcasts to [3]'],
  [() => ops.slice(x, 1, { end: 4 }), ShapeError, 'slice: range is 0 to 4, expected a range within the 3 elements'],
  [() => ops.slice(x, 1, { step: -1 }), OptionError, 'slice: step is -1, expected a whole number of at least 1'],
  [() => ops.logicalAnd(flags, x), DTypeError, 'logicalAnd: b has dtype float32, expected bool'],
  [() => ops.logicalNot(ids), DTypeError, 'logicalNot: a has dtype int32, expected bool'],
  [() => ops.reshape(x, [-1, 2, -1]), ShapeError, 'reshape: shape is [-1, 2, -1], expected at most one -1'],
  [() => ops.split(x, 2.5), ShapeError, 'split: parts is 2.5, expected whole sizes that add up to 2, axis 0 of [2, 3]'],
  [() => ops.split(x, -1), ShapeError, 'split: parts is -1, expected whole sizes that add up to 2'],
  [() => ops.oneHot(x, 3), DTypeError, 'oneHot: indices has dtype float32, expected int32'],
  [() => ops.oneHot(ids, -1), OptionError, 'oneHot: depth is -1, expected a whole number of at least 0'],
  [() => ops.pad(flags, [[1, 0]], 2), DTypeError, 'pad: value is 2, expected true, false, 0 or 1'],
  [() => ops.pad(ids, [[1, 0]], 0.5), DTypeError, 'pad: value is 0.5, expected a whole number of 32 bits'],
  [() => ops.broadcastTo(x, [2 ** 30, 2, 3]), ShapeError, 'broadcastTo: result has shape [1073741824, 2, 3], expected'],
  [() => ops.pad(x, [[1, 1]]), ShapeError, 'pad: widths are [[1,1]], expected a pair'],
  [() => ops.concat([]), OptionError, 'concat: xs is empty, expected at least one tensor'],
  [() => ops.concat([x, ids]), DTypeError, 'concat: operands have dtypes float32 and int32'],
  [
    () => ops.concat([x, empty]),
    ShapeError,
    'concat: xs[1] has shape [2, 0], expected [2, 3] but for axis 0, as xs[0]',
  ],
  [() => ops.stack([x, empty]), ShapeError, 'stack: xs[1] has shape [2, 0], expected [2, 3]'],
  [() => ops.split(x, 2, 1), ShapeError, 'split: parts is 2, expected whole sizes that add up to 3, axis 1 of [2, 3]'],
  [() => ops.gather(x, x), DTypeError, 'gather: indices has dtype float32, expected int32'],
  [
    () => ops.gather(x, device.tensor([0, 2], { dtype: 'int32' })),
    IndexError,
    'gather: indices[1] is 2, expected 0 to 1',
  ],
  [
    () => ops.scatterAdd(x, device.zeros([3], 'int32'), { size: 4 }),
    ShapeError,
    'scatterAdd: updates has shape [2, 3]',
  ],
  [() => ops.scatterAdd(x, ids, { size: -1 }), OptionError, 'scatterAdd: size is -1, expected a whole number'],
  [() => ops.oneHot(device.tensor([7], { dtype: 'int32' }), 5), IndexError, 'oneHot: indices[0] is 7, expected 0 to 4'],
  [() => ops.pick(x, device.tensor([0, 3], { dtype: 'int32' })), IndexError, 'pick: indices[1] is 3, expected 0 to 2'],
  [
    () =>
      ops.gather(
        x,
        device.tensor(
          [
            [0, 1, 1],
            [0, -4, 1],
          ],
          { dtype: 'int32' },
        ),
      ),
    IndexError,
    'gather: indices[1][1] is -4, expected 0 to 1',
  ],
  [() => ops.gather(x, device.tensor(2, { dtype: 'int32' })), IndexError, 'gather: indices is 2, expected 0 to 1'],
  [() => ops.pick(x, device.zeros([3], 'int32')), ShapeError, 'pick: indices has shape [3], expected [2], x without'],
  [() => ops.softmax(device.tensor(1)), ShapeError, 'softmax: axis is -1, expected no axis, for a scalar'],
  [() => ops.layerNorm(x, { epsilon: Number.NaN }), OptionError, 'layerNorm: epsilon is NaN, expected a number of at'],
  [
    () => ops.layerNorm(x, { weight: device.ones([3]), bias: device.ones([2, 1]) }),
    ShapeError,
    'layerNorm: bias has shape [2, 1], expected [3], the last axis of x',
  ],
  [() => ops.dropout(x, 1.5), OptionError, 'dropout: probability is 1.5, expected a number from 0 to 1'],
];

it.each(cases)('error %#: %s', (call, type, text) => {
  expect(call).toThrow(type);
  expect(call).toThrow(text);
});
