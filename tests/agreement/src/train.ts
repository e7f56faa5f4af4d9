import { valueAndGrad } from '@sluice/autograd';
import { type Backend, Device, type FloatDType, Random } from '@sluice/core';
import { Linear, LSTM } from '@sluice/layers';
import { Adam, meanSquaredError } from '@sluice/training';

const [time, batch, inputSize, hiddenSize] = [8, 16, 3, 8];

/**
 * An LSTM learns the running mean of its noisy inputs, a new batch at each step, all from one seed. Fresh noise keeps the loss away from 0, where a
 * relative difference would say nothing.
 * @param backend disposed at the end
 * @returns the loss of each step
 */
export async function train(backend: Backend, dtype: FloatDType, steps: number): Promise<number[]> {
  using device = new Device(backend, { dtype, seed: 1 });
  const random = new Random(2);
  using lstm = new LSTM(device, { inputSize, hiddenSize });
  using head = new Linear(device, { inputSize: hiddenSize, outputSize: 1 });
  const parameters = new Map([...lstm.parameters(), ...head.parameters()]);
  const optimizer = new Adam(parameters, { learningRate: 0.01 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    // Rounded here, so that every backend gets the same numbers.
    const inputs = Float32Array.from(random.normal(time * batch * inputSize));
    const noise = random.normal(time * batch, 0, 0.3);
    const targets = noise.map((x, i) => Math.fround(x + mean(inputs, i)));
    const loss = device.scope(() => {
      const x = device.tensor(inputs, { shape: [time, batch, inputSize], dtype });
      const y = device.tensor(targets, { shape: [time, batch, 1], dtype });
      const { value, gradients } = valueAndGrad(() => meanSquaredError(head.call(lstm.call(x).output), y), parameters);
      optimizer.step(gradients);
      return value;
    });
    losses.push(await loss.item());
    loss.dispose();
  }
  return losses;
}

/** Of the first feature up to a step, of one row: position i is [step, row]. */
function mean(inputs: Float32Array, i: number): number {
  const [step, row] = [Math.floor(i / batch), i % batch];
  let sum = 0;
  for (let t = 0; t <= step; t++) sum += inputs[(t * batch + row) * inputSize]!;
  return sum / (step + 1);
}
