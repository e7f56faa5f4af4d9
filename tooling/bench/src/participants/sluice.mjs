// usage: node sluice.mjs js|simd|relaxed-simd
import { valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { Device, UnsupportedError } from '@sluice/core';
import { Linear, LSTM } from '@sluice/layers';
import { Adam, crossEntropy, meanSquaredError } from '@sluice/training';
import { classes, numbers } from './data.mjs';
import { serve, Unsupported } from './serve.mjs';

const build = /** @type {'js' | 'simd' | 'relaxed-simd'} */ (process.argv[2]);
const productSize = 256;

async function createBackend() {
  if (build === 'js') return createJsBackend();
  try {
    return await createWasmBackend({ simd: build });
  } catch (error) {
    if (error instanceof UnsupportedError) throw new Unsupported(error.message);
    throw error;
  }
}

/** @type {Device} */
let device;

async function start() {
  device = new Device(await createBackend());
  return { Node: process.versions.node };
}

/** @type {Parameters<typeof serve>[1]} */
async function prepare({ batch, time, input, hidden, layers, output, loss }, mode) {
  device.dispose();
  device = new Device(await createBackend(), { seed: 1 });
  const lstm = new LSTM(device, { inputSize: input, hiddenSize: hidden, layers });
  const head = new Linear(device, { inputSize: hidden, outputSize: output });
  const x = device.tensor(numbers(time * batch * input), { shape: [time, batch, input] });
  const forward = () => head.call(lstm.call(x).output);
  if (mode === 'inference') {
    lstm.eval();
    head.eval();
    return async () => {
      const y = device.scope(forward);
      const values = await y.data();
      y.dispose();
      return values[values.length - 1];
    };
  }
  const target =
    loss === 'crossEntropy'
      ? device.tensor(classes(time * batch, output), { shape: [time, batch] })
      : device.tensor(numbers(time * batch * output, 3), { shape: [time, batch, output] });
  const compute = () => (loss === 'crossEntropy' ? crossEntropy : meanSquaredError)(forward(), target);
  const named = (/** @type {string} */ name, /** @type {LSTM | Linear} */ module) =>
    [...module.parameters()].map(([own, parameter]) => /** @type {const} */ ([`${name}.${own}`, parameter]));
  const optimizer = new Adam(new Map([...named('lstm', lstm), ...named('head', head)]));
  return async () => {
    const { value, gradients } = valueAndGrad(compute, optimizer.parameters);
    const result = await value.item();
    optimizer.step(gradients);
    value.dispose();
    for (const gradient of gradients.values()) gradient.dispose();
    return result;
  };
}

function product() {
  const { backend } = device;
  const shape = [productSize, productSize];
  const make = () => ({
    storage: backend.upload(numbers(productSize ** 2), 'float32'),
    shape,
    dtype: /** @type {const} */ ('float32'),
  });
  const [a, b] = [make(), make()];
  return async () => {
    const storage = backend.matMul(a, b, { transposeA: false, transposeB: false });
    const values = await backend.download({ storage, shape, dtype: 'float32' });
    backend.free(storage);
    return values[0];
  };
}

await serve(start, prepare, product);
