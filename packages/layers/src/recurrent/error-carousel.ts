import { slice, sum, valueAndGrad } from '@sluice/autograd';
import { checkIsDevice, type DataArray, type Device, readOptions, SluiceError } from '@sluice/core';
import { checkSize } from '../checks.ts';
import { constant } from '../initializers.ts';
import { LSTM } from './lstm.ts';

/** An LSTM forgets, or lets its gradient vanish, although its gates are open. */
export class ErrorCarouselError extends SluiceError {
  override readonly name: string = 'ErrorCarouselError';
}

export interface ErrorCarouselOptions {
  /** Time steps after the pulse; at least 1. Default 1000. */
  readonly steps?: number | undefined;
  /** Largest accepted relative difference from the value at the first step. Default 0: unchanged to the last bit. */
  readonly tolerance?: number | undefined;
}

/**
 * The constant error carousel, which an LSTM exists for (Hochreiter & Schmidhuber 1997, section 3.2): with the gates saturated open, a pulse
 * at the first step stays in the cell over all steps, and the gradient of the last output arrives at the pulse as if there were no time between
 * them. For testing backends, with their fused kernels if they have them.
 * @returns the output at the first step, tanh(tanh(1)), and its derivative with respect to the pulse
 * @throws ErrorCarouselError naming the first step whose output differs, or the gradient
 */
export async function checkErrorCarousel(
  device: Device,
  options?: ErrorCarouselOptions,
): Promise<{ output: number; gradient: number }> {
  const { steps, tolerance } = readOptions('checkErrorCarousel', options, { steps: 1000, tolerance: 0 });
  checkIsDevice('checkErrorCarousel', device);
  checkSize('checkErrorCarousel', 'steps', steps);
  const check = (argument: string, value: number, expected: number) => {
    // A NaN must fail.
    if (!(Math.abs(value - expected) <= tolerance * Math.abs(expected))) {
      const problem = { operation: 'checkErrorCarousel', argument, got: `is ${value}` };
      throw new ErrorCarouselError({ ...problem, expected: `${expected}, as at step 0` });
    }
  };
  using lstm = openLSTM(device);
  const first = await runPulse(lstm, 1);
  const all = await runPulse(lstm, 1 + steps);
  const output = first.outputs[0]!;
  for (const [t, value] of all.outputs.entries()) check(`output at step ${t}`, value, output);
  check(`gradient over ${steps} steps`, all.gradient, first.gradient);
  return { output, gradient: first.gradient };
}

/** One unit: i = f = o = sigmoid(200), which is 1, and g = tanh(x). */
function openLSTM(device: Device): LSTM {
  const lstm = new LSTM(device, {
    inputSize: 1,
    hiddenSize: 1,
    inputInitializer: constant(0),
    recurrentInitializer: constant(0),
    biasInitializer: constant(0),
  });
  const parameters = lstm.parameters();
  parameters.get('weight_ih_l0')?.assign(device.tensor([[0], [0], [1], [0]], { dtype: device.dtype }));
  parameters.get('bias_ih_l0')?.assign(device.tensor([200, 200, 0, 200], { dtype: device.dtype }));
  return lstm;
}

/** Outputs of an LSTM for 1, 0, 0, ..., and the derivative of the last one with respect to the 1. */
async function runPulse(lstm: LSTM, time: number): Promise<{ outputs: DataArray; gradient: number }> {
  const { device } = lstm;
  const pulse = Float64Array.from({ length: time }, (_, t) => (t === 0 ? 1 : 0));
  using x = device.keep(device.tensor(pulse, { shape: [time, 1, 1], dtype: device.dtype }));
  const run = valueAndGrad(() => {
    const { output } = lstm.call(x);
    return { value: sum(slice(output, 0, { start: -1 })), auxiliary: output };
  }, x);
  try {
    return { outputs: await run.auxiliary.data(), gradient: (await run.gradients.data())[0]! };
  } finally {
    for (const tensor of [run.value, run.gradients, run.auxiliary]) tensor.dispose();
  }
}
