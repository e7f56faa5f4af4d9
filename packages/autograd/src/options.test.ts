import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor } from '@sluice/core';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as autograd from './index.ts';

const device = new Device(createJsBackend(), { dtype: 'float64' });
const x = device.ones([2, 3]);
const ids = device.zeros([2], 'int32');

testOptions<typeof autograd>({
  checkGradients: (more) => autograd.checkGradients((input) => autograd.sum(input), [x], more),
  cumulativeSum: (more) => autograd.cumulativeSum(x, 0, more),
  defineOp: (more) => autograd.defineOp({ name: 'same', forward: (input: Tensor) => input, backward: null, ...more }),
  gelu: (more) => autograd.gelu(x, more),
  layerNorm: (more) => autograd.layerNorm(x, more),
  logSumExp: (more) => autograd.logSumExp(x, 0, more),
  matMul: (more) => autograd.matMul(x, device.ones([3, 1]), more),
  max: (more) => autograd.max(x, 0, more),
  mean: (more) => autograd.mean(x, 0, more),
  min: (more) => autograd.min(x, 0, more),
  scatterAdd: (more) => autograd.scatterAdd(x, ids, { size: 2, ...more }),
  slice: (more) => autograd.slice(x, 0, more),
  sum: (more) => autograd.sum(x, 0, more),
});
