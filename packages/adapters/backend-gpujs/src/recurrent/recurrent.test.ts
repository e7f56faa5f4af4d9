import { type Backend, BackendError, type FusedCell, type Operand } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { backendOn } from '../backend-gpujs.ts';
import { open } from '../open.ts';
import type { GpujsStorage } from '../storage.ts';
import { headlessGlProblem } from '../testing/headless-gl.ts';
import { type CellName, formOf, nameOf } from './cells.ts';
import { mostReads } from './stage-source.ts';

const problem = await headlessGlProblem();

type X = Operand<GpujsStorage>;

interface Case {
  readonly cell: FusedCell;
  readonly time: number;
  readonly batch: number;
  readonly lengths?: readonly number[];
}

interface Settings {
  readonly argumentTypes: Readonly<Record<string, string>>;
}

const gates = { lstm: 4, projectedLstm: 4, gru: 3, rnn: 1 } as const;

const lstm = (hiddenSize: number): Case['cell'] => ({ kind: 'lstm', dtype: 'float32', hiddenSize });
const others: readonly Case['cell'][] = [
  { kind: 'gru', dtype: 'float32', hiddenSize: 5, resetAfter: true },
  { kind: 'gru', dtype: 'float32', hiddenSize: 5, resetAfter: false },
  { kind: 'rnn', dtype: 'float32', hiddenSize: 5, nonlinearity: 'tanh' },
  { kind: 'projectedLstm', dtype: 'float32', hiddenSize: 5, projectionSize: 2 },
];

it('leaves to composed steps what reads more textures than the device does', async () => {
  const opened = await open(['cpu'], false);
  // WebGL 1 promises 8 textures, of which the result takes one; most devices have 16.
  const fused = [7, 9, 15].map((mostTextures) => {
    const { recurrent, dispose } = backendOn({ ...opened, mostTextures });
    dispose?.();
    return [lstm(5), ...others].map((cell) => recurrent?.supports(cell));
  });
  expect(fused).toEqual([
    [false, false, false, true, false],
    [false, true, true, true, false],
    [true, true, true, true, true],
  ]);
});

const launchesOf = (backend: Backend<GpujsStorage>) => Number(backend.info.launches);
const filled = (backend: Backend<GpujsStorage>, value: number, ...shape: number[]): X => ({
  storage: backend.fill(
    shape.reduce((a, b) => a * b),
    value,
    'float32',
  ),
  shape,
  dtype: 'float32',
});

/** Forward and back; everything is freed. */
function run(
  backend: Backend<GpujsStorage>,
  { cell, time, batch, lengths }: Case,
): { forward: number; backward: number } {
  const launches = () => launchesOf(backend);
  const kernels = backend.recurrent;
  if (!kernels) throw new Error('no fused kernels');
  const { kind, hiddenSize: hidden } = cell;
  const outputs = kind === 'projectedLstm' ? cell.projectionSize : hidden;
  const state = (size: number) => filled(backend, 0.5, batch, size);
  const states = () => (gates[kind] === 4 ? [state(outputs), state(hidden)] : [state(hidden)]);
  const projection = kind === 'projectedLstm' ? filled(backend, 0.1, outputs, hidden) : undefined;
  const inputs = {
    projected: filled(backend, 0.1, time, batch, gates[kind] * hidden),
    weight: filled(backend, 0.01, gates[kind] * hidden, outputs),
    projection,
    states: states(),
  };
  const gradients = { output: filled(backend, 1, time, batch, outputs), states: states() };
  const { projected, weight } = inputs;
  const given = [projected, weight, projection, ...inputs.states, gradients.output, ...gradients.states];
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
      free([back.projected, back.weight, back.projection, ...back.states]);
      return { forward: middle - start, backward: launches() - middle };
    } finally {
      free([result.output, result.saved, ...result.states]);
    }
  } finally {
    free(given.map((one) => one?.storage));
  }
}

it.each([lstm(5), ...others])('$kind reads as many textures as it is said to', async (cell) => {
  const opened = await open(['cpu'], false);
  const backend = backendOn(opened);
  const compile = [vi.spyOn(opened.gpu, 'createKernel'), vi.spyOn(opened.gpu, 'createKernelMap')];
  run(backend, { cell, time: 2, batch: 3, lengths: [2, 0, 1] });
  backend.dispose?.();
  const settings = compile.flatMap(({ mock }) => mock.calls.map((values) => values.at(-1) as Settings));
  const reads = settings.map((one) => Object.values(one.argumentTypes).filter((type) => /^Array/.test(type)).length);
  expect(Math.max(...reads)).toBe(mostReads(formOf(nameOf(cell) as CellName)));
});

describe.skipIf(problem !== undefined)('fused kernels on headless GL', () => {
  let backend: Backend<GpujsStorage>;
  let isLost: () => boolean = () => false;
  beforeAll(async () => {
    const opened = await open(['headlessgl'], false);
    backend = backendOn({ ...opened, isLost: () => isLost() });
  });
  afterAll(() => backend.dispose?.());

  const launches = () => launchesOf(backend);

  it('takes a launch a step forward and two back, and few more', () => {
    const [after, before, rnn, projected] = others.map((cell) => run(backend, { cell, time: 20, batch: 3 }));
    const large = run(backend, { cell: lstm(128), time: 20, batch: 32 });
    const long = run(backend, { cell: lstm(5), time: 100, batch: 3 });
    expect({ large, long, after, before, rnn, projected }).toEqual({
      large: { forward: 26, backward: 58 },
      long: { forward: 112, backward: 245 },
      after: { forward: 27, backward: 56 },
      before: { forward: 46, backward: 80 },
      rnn: { forward: 26, backward: 49 },
      projected: { forward: 52, backward: 68 },
    });
  });

  it('holds no texture afterwards, neither when it fails', () => {
    const before = backend.info.textures;
    for (const cell of [lstm(5), ...others]) {
      run(backend, { cell, time: 20, batch: 3 });
      run(backend, { cell, time: 20, batch: 3, lengths: [20, 0, 4] });
      expect(backend.info.textures).toBe(before);
    }
    const start = launches();
    // It takes most launches.
    const sequence = { cell: others[3]!, time: 20, batch: 3, lengths: [20, 0, 4] };
    run(backend, sequence);
    const all = launches() - start;
    // The context goes in the middle of the way forward, of the way back, and at the last launch.
    for (const late of [Math.round(all / 4), Math.round(all / 2), all - 1]) {
      const until = launches() + late;
      isLost = () => launches() >= until;
      expect(() => run(backend, sequence), `${late} of ${all} launches`).toThrow(BackendError);
      isLost = () => false;
      expect(backend.info.textures).toBe(before);
    }
  });
});
