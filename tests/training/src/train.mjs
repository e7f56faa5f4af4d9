import { valueAndGrad } from '@sluice/autograd';
import { Device, Random } from '@sluice/core';
import { Linear, LSTM } from '@sluice/layers';
import { Adam, clipByGlobalNorm, meanSquaredError } from '@sluice/training';

const [time, batch, inputSize, hiddenSize] = [7, 5, 3, 18];

/**
 * Trains an LSTM on one random batch for a few steps, all from one seed. JavaScript, so that every runtime takes it as it stands.
 * @param {import('@sluice/core').Backend} backend disposed at the end
 * @returns {Promise<number[]>} the loss of each step
 */
export async function train(backend, steps = 30) {
  const device = new Device(backend, { seed: 7 });
  const random = new Random(7);
  const lstm = new LSTM(device, { inputSize, hiddenSize });
  const head = new Linear(device, { inputSize: hiddenSize, outputSize: 1 });
  const parameters = new Map([...lstm.parameters(), ...head.parameters()]);
  const optimizer = new Adam(parameters, { learningRate: 0.05 });
  const uniform = (/** @type {number[]} */ ...shape) =>
    device.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.next() - 0.5),
      { shape },
    );
  const [inputs, targets] = [uniform(time, batch, inputSize), uniform(time, batch, 1)];
  const losses = [];
  for (let step = 0; step < steps; step++) {
    const { value, gradients } = valueAndGrad(
      () => meanSquaredError(head.call(lstm.call(inputs).output), targets),
      parameters,
    );
    device.scope(() => void optimizer.step(clipByGlobalNorm(gradients, 1).gradients));
    losses.push(await value.item());
    value.dispose();
    for (const gradient of gradients.values()) gradient.dispose();
  }
  device.dispose();
  return losses;
}
