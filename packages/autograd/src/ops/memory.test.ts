import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { expect, it } from 'vitest';
import * as ops from './index.ts';

const device = new Device(createJsBackend());
const x = device.tensor([
  [0.5, -1],
  [2, 0],
]);
const row = device.tensor([1, 2]);
const ids = device.tensor([1, 0], { dtype: 'int32' });
const flags = device.tensor([true, false]);

const calls = {
  'add of a number': () => ops.add(x, 1),
  'subtract from a number': () => ops.subtract(1, x),
  'less than a number': () => ops.less(x, 1),
  'select of numbers': () => ops.select(flags, x, 0),
  logicalAnd: () => ops.logicalAnd(flags, flags),
  logicalOr: () => ops.logicalOr(flags, flags),
  logicalNot: () => ops.logicalNot(flags),
  clamp: () => ops.clamp(x, 0, 1),
  silu: () => ops.silu(x),
  gelu: () => ops.gelu(x),
  'gelu by tanh': () => ops.gelu(x, { approximate: 'tanh' }),
  mean: () => ops.mean(x, 1, { keepAxes: true }),
  logSumExp: () => ops.logSumExp(x),
  softmax: () => ops.softmax(x),
  layerNorm: () => ops.layerNorm(x, { weight: row, bias: row }),
  dropout: () => ops.dropout(x, 0.5),
  matMul: () => ops.matMul(ops.reshape(x, [1, 2, 2]), x),
  pick: () => ops.pick(x, ids),
  oneHot: () => ops.oneHot(ids, 3),
  stack: () => ops.stack([x, x]),
  flip: () => ops.flip(x),
  broadcastTo: () => ops.broadcastTo(x, [3, 2, 2]),
};

it.each(Object.entries(calls))('%s leaves nothing but its result, outside of scopes too', (_name, call) => {
  const { live } = device;
  call().dispose();
  expect(device.live).toBe(live);
});
