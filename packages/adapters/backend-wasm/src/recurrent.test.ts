import { createReferenceBackend } from '@sluice/backend-conformance';
import { type Backend, type FusedCell, Random, type SequenceOptions, type Shape } from '@sluice/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { bestSimd } from './load.ts';

const cells = {
  LSTM: { kind: 'lstm' },
  'LSTM, projected': { kind: 'projectedLstm' },
  'GRU, reset after': { kind: 'gru', resetAfter: true },
  'GRU, reset before': { kind: 'gru', resetAfter: false },
  'RNN, tanh': { kind: 'rnn', nonlinearity: 'tanh' },
  'RNN, relu': { kind: 'rnn', nonlinearity: 'relu' },
} as const;

/** [time, batch, hidden], about the sizes of a tile. */
const sizes = [
  [1, 1, 1],
  [1, 4, 8],
  [7, 1, 3],
  [3, 1, 35],
  [5, 3, 4],
  [3, 7, 5],
  [9, 6, 13],
  [4, 13, 17],
  [2, 2, 66],
  [2, 200, 9],
  [0, 2, 3],
] as const;

interface SequenceProblem extends SequenceOptions {
  readonly cell: FusedCell;
  readonly time: number;
  readonly batch: number;
  readonly projected: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array | undefined;
  readonly projection: Float64Array | undefined;
  readonly states: readonly Float64Array[];
  readonly dOutput: Float64Array;
  readonly dStates: readonly Float64Array[];
}

type SequenceResults = Record<string, ArrayLike<number>>;

/** How many gates a cell has, and the size of a row of each state. */
function sizesOf(cell: FusedCell): { gates: number; states: number[] } {
  const { kind, hiddenSize: hidden } = cell;
  if (kind === 'lstm') return { gates: 4, states: [hidden, hidden] };
  if (kind === 'projectedLstm') return { gates: 4, states: [cell.projectionSize, hidden] };
  return { gates: kind === 'gru' ? 3 : 1, states: [hidden] };
}

function createProblem(
  description: (typeof cells)[keyof typeof cells],
  seed: number,
  [time, batch, hidden]: readonly [number, number, number],
  withLengths: boolean,
): SequenceProblem {
  const random = new Random(seed);
  const normal = (size: number, scale = 1) => random.normal(size).map((value) => Math.fround(scale * value));
  const projectionSize = Math.ceil(hidden / (1 + (seed % 3)));
  const sizes = { dtype: 'float32', hiddenSize: hidden } as const;
  const cell: FusedCell =
    description.kind === 'projectedLstm' ? { ...description, ...sizes, projectionSize } : { ...description, ...sizes };
  const { gates, states } = sizesOf(cell);
  const perState = () => states.map((size) => normal(batch * size));
  return {
    cell,
    time,
    batch,
    reverse: seed % 2 === 1,
    lengths: withLengths ? Array.from(random.uniform(batch), (u) => Math.floor(u * (time + 1))) : undefined,
    projected: normal(time * batch * gates * hidden),
    weight: normal(gates * hidden * states[0]!, 1 / Math.sqrt(hidden)),
    bias: cell.kind === 'gru' && cell.resetAfter && seed > 2 ? normal(hidden) : undefined,
    projection: cell.kind === 'projectedLstm' ? normal(states[0]! * hidden, 1 / Math.sqrt(hidden)) : undefined,
    states: perState(),
    dOutput: normal(time * batch * states[0]!),
    dStates: perState(),
  };
}

/** All that comes out of a cell's kernels, by name; what was made for it is freed. */
async function run<S>(backend: Backend<S>, problem: SequenceProblem): Promise<SequenceResults> {
  const { cell, time, batch, reverse, lengths, bias, projection } = problem;
  const { hiddenSize: hidden, dtype } = cell;
  const { gates, states: sizes } = sizesOf(cell);
  const kernels = backend.recurrent;
  if (kernels === undefined) throw new Error('no fused kernels');
  const loaded: S[] = [];
  const load = (data: Float64Array, ...shape: number[]) => {
    const storage = backend.upload(dtype === 'float32' ? Float32Array.from(data) : data, dtype);
    loaded.push(storage);
    return { storage, shape, dtype };
  };
  const take = async (storage: S, shape: Shape) => {
    const data = await backend.download({ storage, shape, dtype });
    backend.free(storage);
    return data;
  };
  const inputs = {
    projected: load(problem.projected, time, batch, gates * hidden),
    weight: load(problem.weight, gates * hidden, sizes[0]!),
    resetBias: bias && load(bias, hidden),
    projection: projection && load(projection, sizes[0]!, hidden),
    states: problem.states.map((state, k) => load(state, batch, sizes[k]!)),
  };
  const gradients = {
    output: load(problem.dOutput, time, batch, sizes[0]!),
    states: problem.dStates.map((state, k) => load(state, batch, sizes[k]!)),
  };
  const { output, states, saved } = kernels.forward(cell, inputs, { reverse, lengths, save: true });
  if (saved === undefined) throw new Error('nothing was saved');
  const back = kernels.backward(cell, inputs, saved, gradients, { reverse, lengths });
  const values: SequenceResults = { output: await take(output, gradients.output.shape) };
  for (const [k, state] of states.entries()) values[`state ${k}`] = await take(state, [batch, sizes[k]!]);
  for (const name of ['projected', 'weight', 'resetBias', 'projection'] as const) {
    const [gradient, of] = [back[name], inputs[name]];
    if (gradient !== undefined && of) values[`gradient of ${name}`] = await take(gradient, of.shape);
  }
  for (const [k, state] of back.states.entries()) {
    values[`gradient of state ${k}`] = await take(state, [batch, sizes[k]!]);
  }

  const unsaved = kernels.forward(cell, inputs, { reverse, lengths, save: false });
  expect(unsaved.saved).toBeUndefined();
  expect(await take(unsaved.output, gradients.output.shape)).toEqual(values.output);
  for (const [k, state] of unsaved.states.entries()) {
    expect(await take(state, [batch, sizes[k]!])).toEqual(values[`state ${k}`]);
  }
  for (const storage of [...loaded, saved]) backend.free(storage);
  return values;
}

const reference = createReferenceBackend();

/** What the equations give, and their gradients, in float64. */
function expectedOf(problem: SequenceProblem): Promise<SequenceResults> {
  return run(reference, { ...problem, cell: { ...problem.cell, dtype: 'float64' } });
}

function compare(got: SequenceResults, expected: SequenceResults): void {
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    expect(got[name]).toHaveLength(values.length);
    let size = 1;
    for (let i = 0; i < values.length; i++) size = Math.max(size, Math.abs(values[i]!));
    for (let i = 0; i < values.length; i++) {
      const right = Math.abs(got[name]![i]! - values[i]!) < 1e-5 * size;
      if (!right) expect.fail(`${name}[${i}] is ${got[name]![i]}, expected ${values[i]}`);
    }
  }
}

const builds = ['simd', 'relaxed-simd'] as const;
describe.each(builds.slice(0, bestSimd() === 'simd' ? 1 : 2))('fused cells, %s', (simd) => {
  let backend: Awaited<ReturnType<typeof createWasmBackend>>;
  beforeAll(async () => {
    backend = await createWasmBackend({ simd });
  });

  it('are those of float32', () => {
    const supports = (cell: object, dtype: string) =>
      backend.recurrent?.supports({ ...cell, dtype, hiddenSize: 4 } as FusedCell);
    for (const cell of Object.values(cells)) {
      expect(supports(cell, 'float32')).toBe(true);
      expect(supports(cell, 'float64')).toBe(false);
    }
    expect(supports({ kind: 'other' }, 'float32')).toBe(false);
    expect(supports({ kind: 'rnn', nonlinearity: 'other' }, 'float32')).toBe(false);
  });

  describe.each(Object.entries(cells))('%s', (_, cell) => {
    it.each(sizes)(
      'is its equations and their gradient: %d steps, batch %d, hidden %d',
      async (...size) => {
        for (const withLengths of [false, true]) {
          for (const seed of [1, 2, 3, 4]) {
            const problem = createProblem(cell, seed, size, withLengths);
            compare(await run(backend, problem), await expectedOf(problem));
          }
        }
      },
      120_000,
    );
  });
});

describe('fused cells on several threads', () => {
  it.each(Object.entries(cells))('are the same to the bit: %s', async (_, cell) => {
    const backends = await Promise.all(
      [1, 2, 5].map((threads) => createWasmBackend({ simd: 'simd', threads, threadThreshold: 0 })),
    );
    for (const [seed, size] of sizes.entries()) {
      const problem = createProblem(cell, seed, size, seed % 2 === 0);
      const [alone, ...others] = await Promise.all(backends.map((backend) => run(backend, problem)));
      for (const other of others) expect(other).toEqual(alone);
    }
    for (const backend of backends) backend.dispose?.();
  });
});
