import { type Backend, BackendError, type FusedCell, type Operand } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendOn } from '../backend-gpujs.ts';
import { open } from '../open.ts';
import type { GpujsStorage } from '../storage.ts';
import { headlessGlProblem } from '../testing/headless-gl.ts';

const problem = await headlessGlProblem();

type X = Operand<GpujsStorage>;

interface Case {
  readonly cell: Exclude<FusedCell, { kind: 'projectedLstm' }>;
  readonly time: number;
  readonly batch: number;
  readonly lengths?: readonly number[];
}

const gates = { lstm: 4, gru: 3, rnn: 1 } as const;

describe.skipIf(problem !== undefined)('fused kernels on headless GL', () => {
  let backend: Backend<GpujsStorage>;
  let isLost: () => boolean = () => false;
  beforeAll(async () => {
    const opened = await open(['headlessgl'], false);
    backend = backendOn({ ...opened, isLost: () => isLost() });
  });
  afterAll(() => backend.dispose?.());

  const launches = () => Number(backend.info.launches);
  const filled = (value: number, ...shape: number[]): X => ({
    storage: backend.fill(
      shape.reduce((a, b) => a * b),
      value,
      'float32',
    ),
    shape,
    dtype: 'float32',
  });

  /** Forward and back; everything is freed. */
  function run({ cell, time, batch, lengths }: Case): { forward: number; backward: number } {
    const kernels = backend.recurrent;
    if (!kernels) throw new Error('no fused kernels');
    const { kind, hiddenSize: hidden } = cell;
    const state = () => filled(0.5, batch, hidden);
    const states = () => (kind === 'lstm' ? [state(), state()] : [state()]);
    const inputs = {
      projected: filled(0.1, time, batch, gates[kind] * hidden),
      weight: filled(0.01, gates[kind] * hidden, hidden),
      states: states(),
    };
    const gradients = { output: filled(1, time, batch, hidden), states: states() };
    const given = [inputs.projected, inputs.weight, ...inputs.states, gradients.output, ...gradients.states];
    const free = (storages: readonly (GpujsStorage | undefined)[]) => {
      for (const storage of storages) if (storage) backend.free(storage);
    };
    const start = launches();
    try {
      const result = kernels.forward(cell, inputs, { reverse: false, lengths, save: true });
      const middle = launches();
      try {
        const back = kernels.backward(cell, inputs, result.saved as GpujsStorage, gradients, {
          reverse: false,
          lengths,
        });
        free([back.projected, back.weight, ...back.states]);
        return { forward: middle - start, backward: launches() - middle };
      } finally {
        free([result.output, result.saved, ...result.states]);
      }
    } finally {
      free(given.map(({ storage }) => storage));
    }
  }

  const lstm = (hiddenSize: number): Case['cell'] => ({ kind: 'lstm', dtype: 'float32', hiddenSize });
  const others: readonly Case['cell'][] = [
    { kind: 'gru', dtype: 'float32', hiddenSize: 5, resetAfter: true },
    { kind: 'gru', dtype: 'float32', hiddenSize: 5, resetAfter: false },
    { kind: 'rnn', dtype: 'float32', hiddenSize: 5, nonlinearity: 'tanh' },
  ];

  it('takes a launch a step forward and two back, and few more', () => {
    const [after, before, rnn] = others.map((cell) => run({ cell, time: 20, batch: 3 }));
    const large = run({ cell: lstm(128), time: 20, batch: 32 });
    const long = run({ cell: lstm(5), time: 100, batch: 3 });
    expect({ large, long, after, before, rnn }).toEqual({
      large: { forward: 26, backward: 58 },
      long: { forward: 112, backward: 245 },
      after: { forward: 27, backward: 56 },
      before: { forward: 46, backward: 82 },
      rnn: { forward: 26, backward: 49 },
    });
  });

  it('holds no texture afterwards, neither when it fails', () => {
    const before = backend.info.textures;
    for (const cell of [lstm(5), ...others]) {
      run({ cell, time: 20, batch: 3 });
      run({ cell, time: 20, batch: 3, lengths: [20, 0, 4] });
      expect(backend.info.textures).toBe(before);
    }
    const start = launches();
    const sequence = { cell: lstm(5), time: 20, batch: 3, lengths: [20, 0, 4] };
    run(sequence);
    const all = launches() - start;
    // The context goes in the middle of the way forward, of the way back, and at the last launch.
    for (const late of [Math.round(all / 4), Math.round(all / 2), all - 1]) {
      const until = launches() + late;
      isLost = () => launches() >= until;
      expect(() => run(sequence), `${late} of ${all} launches`).toThrow(BackendError);
      isLost = () => false;
      expect(backend.info.textures).toBe(before);
    }
  });
});
