import type { Backend, DataArray, RecurrentKernels } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { runCheck, skipReason } from './kit/run-check.ts';
import { referenceRecurrent as right } from './reference/recurrent.ts';
import { createReferenceBackend } from './reference/reference-backend.ts';
import { recurrentFaults } from './testing/recurrent-faults.ts';

type Kernels = RecurrentKernels<DataArray>;

const forwardLSTM = 'recurrent lstm, float32: forward, output and last states';
const scaled = (data: DataArray, factor: number) => data.map((x) => x * factor) as DataArray;

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
  expect(await causeOf(recurrentFaults['lengths that are ignored']!.breaks)).toBeUndefined();
  expect(await causeOf(recurrentFaults['a kernel that throws']!.breaks)).toEqual(new RangeError('no memory'));
});
