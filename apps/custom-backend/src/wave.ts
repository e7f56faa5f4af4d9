import { mean, slice, square, subtract, valueAndGrad } from '@sluice/autograd';
import { type Backend, Device } from '@sluice/core';
import { LSTM } from '@sluice/layers';
import { Adam } from '@sluice/training';

/**
 * The example of the project's README on any backend: an LSTM learns to predict a sine wave.
 * @param backend disposed at the end
 * @yields the mean squared error of each step
 */
export async function* learnWave(backend: Backend, steps: number): AsyncGenerator<number, void> {
  using device = new Device(backend);
  const points = Array.from({ length: 101 }, (_, t) => Math.sin(t / 5));
  const wave = device.tensor(points, { shape: [101, 1, 1] });
  const [x, y] = [slice(wave, 0, { end: 100 }), slice(wave, 0, { start: 1 })]; // [time, batch, feature]
  const lstm = new LSTM(device, { inputSize: 1, hiddenSize: 16, projectionSize: 1 });
  const optimizer = new Adam(lstm.parameters(), { learningRate: 0.02 });
  for (let step = 0; step < steps; step++) {
    const loss = device.scope(() => {
      const error = () => mean(square(subtract(lstm.call(x).output, y)));
      const { value, gradients } = valueAndGrad(error, lstm.parameters());
      optimizer.step(gradients);
      return value;
    });
    yield await loss.item();
    loss.dispose();
  }
}
