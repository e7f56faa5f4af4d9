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
  'recurrent lstm, float32: forward, larger sizes': 'slow',
  'recurrent lstm, float32: backward, larger sizes': 'slow',
  'recurrent lstm, float32: a pulse': 'slow',
  constant: 'slow',
};

function withLSTM(): Backend<DataArray> {
  const right = createReferenceBackend();
  const supports = ({ kind, dtype }: FusedCell) => kind === 'lstm' && dtype === 'float32';
  const recurrent = { ...referenceRecurrent, supports };
  return { ...right, supports: (dtype) => dtype !== 'float64', recurrent };
}

describe('checkBackend', () => {
  it('reports in words what passed, failed, was skipped and which optional kernels ran', async () => {
    let disposed = 0;
    const backend: Backend<DataArray> = {
      ...withLSTM(),
      name: 'mine',
      transpose: (x) => x.storage.slice(),
      dispose: () => {
        disposed++;
      },
    };
    const report = await checkBackend(() => backend, {
      skip: slow,
      optional: ['lstm, float32', 'adam, float32', 'sumOfSquares, float32', 'dropoutMask, float32'],
    });
    expect(report.failed.map(({ name }) => name)).toContain('transpose int32: all permutations up to rank 4');
    expect(report.passed).toContain('recurrent lstm, float32: backward, all gradients');
    expect(report.passed).toContain('optional kernels: those that `optional` announces');
    expect(report.skipped).toContainEqual({ name: 'unary tanh float32: any shape', reason: 'slow' });
    expect(report.optional.exercised).toEqual([
      'lstm, float32',
      'adam, float32',
      'sumOfSquares, float32',
      'dropoutMask, float32',
    ]);
    expect(report.optional.absent).toContain('gru, reset before, float32');
    const { passed, failed, skipped } = report;
    expect(report.text.split('\n')[0]).toBe(
      `Backend mine: ${passed.length} checks passed, ${failed.length} failed, ${skipped.length} skipped.`,
    );
    for (const part of [
      /^Failed: transpose int32: all permutations up to rank 4\n {2}transpose \[.*\]: int32 .*: element \[.*\] is .*, expected/m,
      /^ {2}What transpose must do: its comment in Backend of @sluice\/core/m,
      /^Skipped \d+: slow\.$/m,
      /^Skipped \d+: the backend does not support float64\.$/m,
      /^Optional kernels exercised, fused ones forward and backward: lstm, float32; adam, float32; sumOfSquares, float32; dropoutMask, float32\.$/m,
      /^Optional kernels that the backend has not, so that they are composed: lstm, projected, float32; gru, reset after, float32; /m,
    ]) {
      expect(report.text).toMatch(part);
    }
    expect(disposed).toBe(1);
  });

  it('tells a kernel that is left out from one that ran', async () => {
    const { optional } = await checkBackend(() => withLSTM(), {
      skip: { ...slow, 'recurrent lstm': 'not today' },
    });
    expect(optional.exercised).toEqual(['adam, float32', 'sumOfSquares, float32', 'dropoutMask, float32']);
    expect(optional.absent).not.toContain('lstm, float32');
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
      { optional: ['lstm, float32', 'rnn, relu, float32'] },
      'rnn, relu, float32 is not there, expected there',
    ],
    [
      'an optimizer kernel too few',
      { optional: ['lstm, float32', 'adam, float32', 'sumOfSquares, float32', 'adam, float64'] },
      'adam, float64 is not there, expected there',
    ],
    ['a kernel too many', { optional: [] }, 'lstm, float32 is there, expected not there'],
  ])('notices %s', async (_, options, message) => {
    const skip = { ...slow, 'recurrent ': 'slow' };
    const { text } = await checkBackend(() => withLSTM(), { ...options, skip });
    expect(text).toContain(message);
  });

  it('says which method to write next', async () => {
    const { concat: _, ...rest } = withLSTM();
    const { failed, missing, text } = await checkBackend(() => rest as unknown as Backend, {
      skip: { ...slow, 'recurrent ': 'slow' },
    });
    const failure = failed.find(({ name }) => name.startsWith('concat float32'));
    expect(failure?.message).toMatch(/concat is not a function\n.*The backend has no concat yet: write it\.$/s);
    expect(missing).toEqual(['concat']);
    expect(text).toMatch(/^Not written yet: concat, for which \d+ checks wait\.$/m);
    expect(text).not.toContain('is not a function');
  });

  it('lists what is missing in the order of the guide, a line each', async () => {
    const { supports, upload, download, free, fill, ...rest } = withLSTM();
    const begun = { name: 'begun', info: {}, supports, upload, download, free, fill };
    const { missing, failed, text } = await checkBackend(() => begun as unknown as Backend);
    expect(missing.slice(0, 3)).toEqual(['unary', 'binary', 'compare']);
    const methods = Object.entries(rest).filter(([, value]) => typeof value === 'function');
    expect(missing.toSorted()).toEqual(methods.map(([name]) => name).toSorted());
    expect(failed.length).toBeGreaterThan(200);
    expect(text.split('\n').length).toBeLessThan(30);
  });
});

it.each<[ConformanceOptions, string]>([
  [
    { optional: ['lstm'] },
    'testBackend: optional holds "lstm", expected names among: lstm, float32; lstm, projected, float32;',
  ],
  [{ skip: { binray: 'a slip' } }, 'testBackend: skip holds "binray", expected the beginning of the name of a check'],
])('options %j are refused', async (options, message) => {
  expect(() => testBackend(createReferenceBackend as () => Backend, options)).toThrow(message);
  await expect(checkBackend(createReferenceBackend as () => Backend, options)).rejects.toThrow(OptionError);
});
