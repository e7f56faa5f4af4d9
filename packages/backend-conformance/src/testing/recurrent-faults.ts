import type { DataArray, RecurrentKernels } from '@sluice/core';
import { referenceRecurrent as right } from '../reference/recurrent.ts';
import type { Fault } from './fault.ts';

type Kernels = RecurrentKernels<DataArray>;

interface RecurrentFault extends Pick<Fault, 'check' | 'message'> {
  readonly breaks: Partial<Kernels>;
}

const forwardLSTM = 'recurrent lstm, float32: forward, output and last states';
const backwardLSTM = 'recurrent lstm, float32: backward, all gradients';

const scaled = (data: DataArray, factor: number) => data.map((x) => x * factor) as DataArray;

/** Faults of fused recurrent kernels. */
export const recurrentFaults: Readonly<Record<string, RecurrentFault>> = {
  'gates in another order': {
    breaks: {
      forward: (cell, inputs, options) =>
        right.forward(cell, { ...inputs, projected: swapHalves(inputs.projected, cell.hiddenSize) }, options),
    },
    check: forwardLSTM,
    message:
      /^recurrent\.forward lstm, float32, .*projected \[\d, \d, \d+\].*: output \[.*\]: element \[.*\] is .*, expected/,
  },
  'lengths that are ignored': {
    breaks: { forward: (cell, inputs, options) => right.forward(cell, inputs, { ...options, lengths: undefined }) },
    check: forwardLSTM,
    message:
      /^recurrent\.forward lstm, float32, .*lengths \[\d.*\].*: last states\[0\] .*: element .* is .*, expected 0 /,
  },
  'reverse that begins at the end of the longest row': {
    breaks: {
      forward(cell, inputs, options) {
        const longest = Math.max(0, ...(options.lengths ?? []));
        const lengths = options.reverse ? options.lengths?.map((length) => length && longest) : options.lengths;
        return right.forward(cell, inputs, { ...options, lengths });
      },
    },
    check: forwardLSTM,
    message: /^recurrent\.forward lstm, float32, reverse, lengths \[.*\]/,
  },
  'reverse that is ignored': {
    breaks: { forward: (cell, inputs, options) => right.forward(cell, inputs, { ...options, reverse: false }) },
    check: 'recurrent rnn, relu, float64: forward, output and last states',
    message: /^recurrent\.forward rnn, relu, float64, reverse, /,
  },
  'a gradient of the weight that misses a little': {
    breaks: {
      backward: (...all) => {
        const gradients = right.backward(...all);
        return { ...gradients, weight: scaled(gradients.weight, 1.01) };
      },
    },
    check: backwardLSTM,
    message:
      /^recurrent\.backward lstm, .*: gradient of weight \[\d+, \d+\]: element \[\d+, \d+\] is .*, expected .* \(within/,
  },
  'gradients that flow from beyond the end of a row': {
    breaks: {
      backward: (cell, inputs, saved, gradients, options) =>
        right.backward(cell, inputs, saved, gradients, { ...options, lengths: undefined }),
    },
    check: 'recurrent gru, reset after, float32: backward, all gradients',
    message: /^recurrent\.backward gru, reset after, float32, .*lengths .*: gradient of /,
  },
  'no gradient of the last states': {
    breaks: {
      backward: (cell, inputs, saved, { output, states }, options) => {
        const zeros = states.map((state) => ({ ...state, storage: scaled(state.storage, 0) }));
        return right.backward(cell, inputs, saved, { output, states: zeros }, options);
      },
    },
    check: 'recurrent rnn, tanh, float32: backward, all gradients',
    message: /^recurrent\.backward rnn, tanh, float32, .*: gradient of /,
  },
  'no gradient of the reset bias': {
    breaks: {
      backward: (...all) => {
        const { resetBias: _, ...gradients } = right.backward(...all);
        return gradients;
      },
    },
    check: 'recurrent gru, reset after, float32: backward, all gradients',
    message: /^recurrent\.backward gru, reset after, .*: there is no gradient of resetBias\n/,
  },
  'a projection that the state does not see': {
    breaks: {
      forward: (cell, inputs, options) => {
        const { states, ...result } = right.forward(cell, inputs, options);
        const unprojected = scaled(states[0]!, inputs.projection ? 1.01 : 1);
        return { ...result, states: [unprojected, ...states.slice(1)] };
      },
    },
    check: 'recurrent lstm, projected, float32: forward, output and last states',
    message: /^recurrent\.forward lstm, projected, float32, .*projection \[\d, \d\], states .*: last states\[0\] /,
  },
  'no gradient of the projection': {
    breaks: {
      backward: (...all) => {
        const { projection: _, ...gradients } = right.backward(...all);
        return gradients;
      },
    },
    check: 'recurrent lstm, projected, float32: backward, all gradients',
    message: /^recurrent\.backward lstm, projected, .*: there is no gradient of projection\n/,
  },
  'a reset gate on the wrong side': {
    breaks: {
      forward: (cell, ...rest) =>
        right.forward(cell.kind === 'gru' ? { ...cell, resetAfter: !cell.resetAfter } : cell, ...rest),
    },
    check: 'recurrent gru, reset before, float32: forward, output and last states',
    message: /^recurrent\.forward gru, reset before, float32/,
  },
  'what nobody asked to save': {
    breaks: { forward: (cell, inputs, options) => right.forward(cell, inputs, { ...options, save: true }) },
    check: forwardLSTM,
    message: /: `saved` is there although `save` was false/,
  },
  'nothing saved': {
    breaks: { forward: (cell, inputs, options) => right.forward(cell, inputs, { ...options, save: false }) },
    check: backwardLSTM,
    message: /: `saved` is undefined although `save` was true/,
  },
  'an operand used as scratch': {
    breaks: {
      forward: (cell, inputs, options) => {
        const result = right.forward(cell, inputs, options);
        inputs.projected.storage.fill(0);
        return result;
      },
    },
    check: forwardLSTM,
    message: /: an operand after the call: element \[0, 0, 0\] is 0, expected/,
  },
  'a last state that is the output itself': {
    breaks: {
      forward: (cell, inputs, options) => {
        const { states, ...result } = right.forward(cell, inputs, options);
        return { ...result, states: inputs.projected.shape[0] === 1 ? [result.output, ...states.slice(1)] : states };
      },
    },
    check: forwardLSTM,
    message: /: two results are one storage/,
  },
  'a kernel that throws': {
    breaks: {
      forward: () => {
        throw new RangeError('no memory');
      },
    },
    check: forwardLSTM,
    message: /^recurrent\.forward lstm, .*: threw RangeError: no memory/,
  },
  'a cell that forgets': {
    breaks: {
      forward: (cell, inputs, options) => {
        const { output, ...result } = right.forward(cell, inputs, options);
        const width = inputs.projected.shape[1]! * cell.hiddenSize;
        return { ...result, output: output.map((x, i) => x * 0.999999 ** Math.floor(i / width)) };
      },
    },
    check: 'recurrent lstm, float32: a pulse and its gradient survive 1000 steps, fewer of large sizes',
    message: /: output \[1001, 1, 3\]: element \[\d+, 0, 0\] is 0\.64\d*, expected 0\.642\d* /,
  },
};

function swapHalves({ storage, shape, dtype }: Parameters<Kernels['forward']>[1]['projected'], hiddenSize: number) {
  const width = shape[2]!;
  const swapped = storage.map((_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return storage[row * width + ((column + 2 * hiddenSize) % width)]!;
  });
  return { storage: swapped as DataArray, shape, dtype };
}
