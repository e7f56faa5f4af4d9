import { slice, valueAndGrad } from '@sluice/autograd';
import { Device, UnsupportedError } from '@sluice/core';
import { Linear, LSTM } from '@sluice/layers';
import { Adam, crossEntropy, meanSquaredError } from '@sluice/training';
import { classes, numbers, productSize } from './data.mjs';
import { Unsupported } from './runner.mjs';

/**
 * Sluice on a backend, through the public API.
 * @param {() => Promise<import('@sluice/core').Backend<any>>} createBackend
 * @param {Record<string, string>} versions of what it runs on
 * @returns {import('./runner.mjs').Library}
 */
export function sluice(createBackend, versions) {
  /** @type {Device} */
  let device;

  const open = async () => {
    try {
      return new Device(await createBackend(), { seed: 1 });
    } catch (error) {
      if (error instanceof UnsupportedError) throw new Unsupported(error.message);
      throw error;
    }
  };

  return {
    async start() {
      device = await open();
      const { renderer } = device.backend.info;
      return { versions, ...(typeof renderer === 'string' && { renderer }) };
    },

    async prepare({ batch, time, input, hidden, layers, output, loss, head: seen }, mode) {
      device.dispose();
      device = await open();
      const lstm = new LSTM(device, { inputSize: input, hiddenSize: hidden, layers });
      const head = new Linear(device, { inputSize: hidden, outputSize: output });
      const x = device.tensor(numbers(time * batch * input), { shape: [time, batch, input] });
      const isLast = seen === 'last step';
      const steps = isLast ? 1 : time;
      const forward = () => {
        const { output: states } = lstm.call(x);
        return head.call(isLast ? slice(states, 0, { start: -1 }) : states);
      };
      if (mode === 'inference') {
        lstm.eval();
        head.eval();
        return async () => {
          const y = device.scope(forward);
          const values = await y.data();
          y.dispose();
          return /** @type {number} */ (values.at(-1));
        };
      }
      const target =
        loss === 'crossEntropy'
          ? device.tensor(classes(steps * batch, output), { shape: [steps, batch] })
          : device.tensor(numbers(steps * batch * output, 3), { shape: [steps, batch, output] });
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
    },

    product() {
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
        return /** @type {number} */ (values[0]);
      };
    },

    launches() {
      const { launches } = device.backend.info;
      return typeof launches === 'number' ? launches : undefined;
    },
  };
}
