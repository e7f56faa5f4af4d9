import { checkFunction, checkIsDevice, checkSynchronous, checkTensors, type Device, Tensor } from '@sluice/core';
import type { OpOutput } from './define-op.ts';
import { reshape } from './ops/shape.ts';
import { pullBack } from './pull-back.ts';
import { announce, type Listener, listening, paused, withRecorder } from './tape.ts';
import { activeLabel } from './trace.ts';

/**
 * Runs `compute` as a scope and stores nothing but its outputs; the backward pass runs it again for the intermediates it needs
 * (Chen et al. 2016, "Training deep nets with sublinear memory cost"). Trades time for memory on long sequences.
 *
 * Whatever tensors it uses may be captured; they must not change before the backward pass. `device.random` is set back for the
 * second run, so dropout draws the same masks.
 *
 * @param device where it runs
 * @param compute a pure function of what it captures
 * @example
 * const loss = () => mean(square(checkpoint(device, () => lstm.call(x).output)));
 * const gradients = grad(loss, lstm.parameters());
 */
export function checkpoint<Output extends OpOutput>(device: Device, compute: () => Output): Output {
  checkIsDevice('checkpoint', device);
  checkFunction('checkpoint', 'compute', compute);
  const run = () => {
    const output = compute();
    checkSynchronous('checkpoint', 'compute', output);
    return passOn(output);
  };
  const outer = listening(device);
  if (outer.length === 0) return device.scope(run as () => never);
  const capture = new Capture(outer);
  const randomState = device.random.state;
  const output = paused(device, () => withRecorder(device, capture, () => device.scope(run as () => never))) as Output;
  const outputs = listOutputs(output);
  const inputs = [...capture.captured];
  const recompute = (gradients: readonly Tensor[]): Tensor[] => {
    const now = device.random.state;
    device.random.state = randomState;
    try {
      return pullBack(() => listOutputs(run()), gradients, inputs);
    } finally {
      device.random.state = now;
    }
  };
  announce(device, inputs, () => ({
    operation: 'checkpoint',
    label: activeLabel(),
    inputs,
    outputs,
    backward: (gradients) => {
      let results: Tensor[] | undefined;
      return inputs.map((_, i) => () => {
        results ??= recompute(gradients);
        return results[i] as Tensor;
      });
    },
  }));
  return output;
}

/** The output as results of operations, each once, also where `compute` returned a tensor that it captured, or one twice. */
function passOn<Output extends OpOutput>(output: Output): Output {
  const same = (tensor: Tensor) => {
    checkTensors('checkpoint', { 'result of compute': tensor });
    return reshape(tensor, tensor.shape);
  };
  return (Array.isArray(output) ? output.map(same) : same(output as Tensor)) as Output;
}

function listOutputs(output: OpOutput): readonly Tensor[] {
  return output instanceof Tensor ? [output] : output;
}

/** Notes which tensors that the outer listeners track are used inside, and records nothing. */
class Capture implements Listener {
  readonly keepsIntermediates = false;
  readonly captured = new Set<Tensor>();
  readonly #outer: readonly Listener[];

  constructor(outer: readonly Listener[]) {
    this.#outer = [...outer];
  }

  tracks(tensor: Tensor): boolean {
    if (this.#outer.some((listener) => listener.tracks(tensor))) this.captured.add(tensor);
    return false;
  }

  record(): void {}
}
