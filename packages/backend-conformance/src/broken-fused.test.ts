import type { Backend, DataArray, RecurrentKernels } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { ConformanceError } from './kit/compare.ts';
import { runCheck, skipReason } from './kit/run-check.ts';
import { referenceRecurrent as right } from './reference/recurrent.ts';
import { createReferenceBackend } from './reference/reference-backend.ts';

type Kernels = RecurrentKernels<DataArray>;

interface Bug {
  readonly breaks: Partial<Kernels>;
  /** Name of a check that has to fail, and its error. */
  readonly check: string;
  readonly message: RegExp;
}

const forwardLSTM = 'recurrent lstm, float32: forward, output and last states';
const backwardLSTM = 'recurrent lstm, float32: backward, all gradients';
const scaled = (data: DataArray, factor: number) => data.map((x) => x * factor) as DataArray;

const bugs: Record<string, Bug> = {
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

describe('the kit reports fused kernels with', () => {
  it.each(Object.entries(bugs))('%s', async (_, { breaks, check: name, message }) => {
    const backend: Backend<DataArray> = { ...createReferenceBackend(), recurrent: { ...right, ...breaks } };
    const check = conformanceChecks.find((candidate) => candidate.name === name);
    if (check === undefined) throw new Error(`there is no check ${name}`);
    const failure = runCheck(check, createCheckContext(backend));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(ConformanceError);
    await expect(failure).rejects.toThrow('RecurrentKernels');
  });
});

describe('the kit exercises kernels', () => {
  const failureOf = async (name: string, recurrent: Kernels) => {
    const check = conformanceChecks.find((candidate) => candidate.name === name);
    const backend = { ...createReferenceBackend(), recurrent } as Backend;
    const context = createCheckContext(backend);
    expect(check && skipReason(check, backend, {})).toBeUndefined();
    return check && runCheck(check, context);
  };

  it.each([
    ['multiples of 16', (size: number) => size % 16 === 0, /projected \[\d, \d, 64\]/],
    ['128 alone', (size: number) => size === 128, /projected \[\d, \d, 512\]/],
  ])('for %s', async (_, takes, message) => {
    const { forward } = right;
    const recurrent: Kernels = {
      ...right,
      supports: ({ hiddenSize }) => takes(hiddenSize),
      forward: (cell, inputs, options) => {
        const { output, ...result } = forward(cell, inputs, options);
        return { ...result, output: scaled(output, 1.001) };
      },
    };
    await expect(failureOf(forwardLSTM, recurrent)).rejects.toThrow(message);
    await expect(
      failureOf('recurrent rnn, tanh, float32: backward, larger sizes', { ...recurrent, forward }),
    ).resolves.toBeUndefined();
  });

  it('that are wrong for one large size', async () => {
    const recurrent: Kernels = {
      ...right,
      backward: (cell, ...rest) => {
        const gradients = right.backward(cell, ...rest);
        return cell.hiddenSize === 128 ? { ...gradients, weight: scaled(gradients.weight, 1.01) } : gradients;
      },
    };
    await expect(failureOf('recurrent gru, reset after, float32: backward, larger sizes', recurrent)).rejects.toThrow(
      /projected \[2, 2, 384\].*: gradient of weight \[384, 128\]/,
    );
  });

  it('with no steps, after which the states are what they were', async () => {
    const recurrent: Kernels = {
      ...right,
      forward: (cell, inputs, options) => {
        const { states, ...result } = right.forward(cell, inputs, options);
        return { ...result, states: inputs.projected.shape[0] === 0 ? states.map((x) => scaled(x, 0)) : states };
      },
    };
    await expect(failureOf(forwardLSTM, recurrent)).rejects.toThrow(/projected \[0, \d, \d+\].*: last states\[0\]/);
  });
});

it('an error of the kit has no cause but what the backend threw', async () => {
  const check = conformanceChecks.find(({ name }) => name === forwardLSTM);
  const causeOf = async (breaks: Partial<Kernels>) => {
    const backend = { ...createReferenceBackend(), recurrent: { ...right, ...breaks } } as Backend;
    return check && runCheck(check, createCheckContext(backend)).catch((error: Error) => error.cause);
  };
  expect(await causeOf(bugs['lengths that are ignored']!.breaks)).toBeUndefined();
  expect(await causeOf(bugs['a kernel that throws']!.breaks)).toEqual(new RangeError('no memory'));
});
