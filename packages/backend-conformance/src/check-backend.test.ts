import { type Backend, type DataArray, type FusedCell, OptionError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { checkBackend } from './check-backend.ts';
import type { ConformanceOptions } from './kit/options.ts';
import { referenceRecurrent } from './reference/recurrent.ts';
import { createReferenceBackend } from './reference/reference-backend.ts';
import { testBackend } from './vitest.ts';

/** What takes long. */
const slow = {
  binary: 'slow',
  unary: 'slow',
  matMul: 'slow',
  reduce: 'slow',
  'recurrent gru': 'slow',
  constant: 'slow',
};

function withLSTM(): Backend<DataArray> {
  const right = createReferenceBackend();
  const supports = ({ kind, dtype }: FusedCell) => kind === 'lstm' && dtype === 'float32';
  const recurrent = { ...referenceRecurrent, supports };
  return { ...right, supports: (dtype) => dtype !== 'float64', recurrent };
}

describe('checkBackend', () => {
  it('reports in words what passed, failed, was skipped and which fused kernels ran', async () => {
    let disposed = 0;
    const backend: Backend<DataArray> = {
      ...withLSTM(),
      name: 'mine',
      transpose: (x) => x.storage.slice(),
      dispose: () => {
        disposed++;
      },
    };
    const report = await checkBackend(() => backend as Backend, { skip: slow, fused: ['lstm, float32'] });
    expect(report.failed.map(({ name }) => name)).toContain('transpose int32: all permutations up to rank 4');
    expect(report.passed).toContain('recurrent lstm, float32: backward, all gradients');
    expect(report.passed).toContain('recurrent: has the fused kernels that `fused` announces');
    expect(report.skipped).toContainEqual({ name: 'unary tanh float32: any shape', reason: 'slow' });
    expect(report.fused.exercised).toEqual(['lstm, float32']);
    expect(report.fused.absent).toContain('gru, reset before, float32');
    const { passed, failed, skipped } = report;
    expect(report.text.split('\n')[0]).toBe(
      `Backend mine: ${passed.length} checks passed, ${failed.length} failed, ${skipped.length} skipped.`,
    );
    for (const part of [
      /^Failed: transpose int32: all permutations up to rank 4\n {2}transpose \[.*\]: int32 .*: element \[.*\] is .*, expected/m,
      /^ {2}What transpose must do: its comment in Backend of @sluice\/core/m,
      /^Skipped \d+: slow\.$/m,
      /^Skipped \d+: the backend does not support float64\.$/m,
      /^Fused kernels exercised, forward and backward: lstm, float32\.$/m,
      /^Fused kernels that the backend has not, so that layers compose their steps: lstm, projected, float32; gru, reset after, float32; /m,
    ]) {
      expect(report.text).toMatch(part);
    }
    expect(disposed).toBe(1);
  });

  it('tells a kernel that is left out from one that ran', async () => {
    const { fused } = await checkBackend(() => withLSTM() as Backend, {
      skip: { ...slow, 'recurrent lstm': 'not today' },
    });
    expect(fused.exercised).toEqual([]);
    expect(fused.absent).not.toContain('lstm, float32');
  });

  it.each<[string, ConformanceOptions, string]>([
    [
      'a type too few',
      { dtypes: ['float32', 'float64', 'int32', 'bool'] },
      'supports: says yes to float32, int32, bool, expected float32, float64, int32, bool',
    ],
    [
      'a type too many',
      { dtypes: ['float32', 'int32'] },
      'supports: says yes to float32, int32, bool, expected float32, int32 as',
    ],
    [
      'a kernel too few',
      { fused: ['lstm, float32', 'rnn, relu, float32'] },
      'rnn, relu, float32 is not there, expected there',
    ],
    ['a kernel too many', { fused: [] }, 'lstm, float32 is there, expected not there'],
  ])('notices %s', async (_, options, message) => {
    const skip = { ...slow, 'recurrent ': 'slow' };
    const { text } = await checkBackend(() => withLSTM() as Backend, { ...options, skip });
    expect(text).toContain(message);
  });

  it('says which method to write next', async () => {
    const { concat: _, ...rest } = withLSTM();
    const { failed } = await checkBackend(() => rest as unknown as Backend, {
      skip: { ...slow, 'recurrent ': 'slow' },
    });
    const failure = failed.find(({ name }) => name.startsWith('concat float32'));
    expect(failure?.message).toMatch(/concat is not a function\n.*The backend has no concat yet: write it\.$/s);
  });
});

it.each<[ConformanceOptions, string]>([
  [
    { fused: ['lstm'] },
    'testBackend: fused holds "lstm", expected names among: lstm, float32; lstm, projected, float32;',
  ],
  [{ skip: { binray: 'a slip' } }, 'testBackend: skip holds "binray", expected the beginning of the name of a check'],
])('options %j are refused', async (options, message) => {
  expect(() => testBackend(createReferenceBackend as () => Backend, options)).toThrow(message);
  await expect(checkBackend(createReferenceBackend as () => Backend, options)).rejects.toThrow(OptionError);
});
