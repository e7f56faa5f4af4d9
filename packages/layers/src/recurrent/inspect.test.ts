import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type DataArray, Device, type Tensor, type TensorData } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { distance, Workbench } from '../testing/support.ts';
import { GRU } from './gru.ts';
import type { Inspection } from './inspect.ts';
import { LSTM } from './lstm.ts';
import { RNN } from './rnn.ts';

const [time, batch, inputSize, hiddenSize] = [5, 3, 2, 4];
const lengths = [3, 5, 0];

/** W x + b of one gate in plain numbers. */
function project(state: Map<string, TensorData>, source: 'ih' | 'hh', gate: number, suffix: string, x: number[]) {
  const weight = state.get(`weight_${source}${suffix}`)!.data;
  const bias = state.get(`bias_${source}${suffix}`)!.data;
  return Array.from({ length: hiddenSize }, (_, k) => {
    const row = gate * hiddenSize + k;
    return x.reduce((sum, value, j) => sum + weight[row * x.length + j]! * value, bias[row]!);
  });
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
type Row = Record<string, number[]>;
type Cell = (gate: (gate: number, part: 'ih' | 'hh') => number[], last: Row) => Row;

/** The published equations, one unit at a time. */
const equations: Record<'LSTM' | 'GRU' | 'RNN', Cell> = {
  LSTM: (part, last) => {
    const sum = (gate: number) => part(gate, 'ih').map((value, k) => value + part(gate, 'hh')[k]!);
    const [input, forget, candidate, output] = [
      sum(0).map(sigmoid),
      sum(1).map(sigmoid),
      sum(2).map(Math.tanh),
      sum(3).map(sigmoid),
    ] as const;
    const cell = forget.map((f, k) => f * last.cell![k]! + input[k]! * candidate[k]!);
    return { input, forget, candidate, output, cell, hidden: cell.map((c, k) => output[k]! * Math.tanh(c)) };
  },
  GRU: (part, { hidden }) => {
    const sum = (gate: number) => part(gate, 'ih').map((value, k) => value + part(gate, 'hh')[k]!);
    const [reset, update] = [sum(0).map(sigmoid), sum(1).map(sigmoid)] as const;
    const candidate = part(2, 'ih').map((value, k) => Math.tanh(value + reset[k]! * part(2, 'hh')[k]!));
    return {
      reset,
      update,
      candidate,
      hidden: candidate.map((n, k) => (1 - update[k]!) * n + update[k]! * hidden![k]!),
    };
  },
  RNN: (part) => ({ hidden: part(0, 'ih').map((value, k) => Math.tanh(value + part(0, 'hh')[k]!)) }),
};

/** What a cell computes for one row, in the order of time; zeros where the row has no step. */
function unroll(cell: Cell, state: Map<string, TensorData>, suffix: string, xs: number[][], backwards: boolean): Row[] {
  const zeros = new Array<number>(hiddenSize).fill(0);
  let last: Row = { hidden: zeros, cell: zeros };
  const steps = (backwards ? xs.toReversed() : xs).map((x) => {
    const { hidden } = last as { hidden: number[] };
    last = cell((gate, part) => project(state, part, gate, suffix, part === 'ih' ? x : hidden), last);
    return last;
  });
  return backwards ? steps.reverse() : steps;
}

const makers = { LSTM, GRU, RNN };

describe.each(['LSTM', 'GRU', 'RNN'] as const)('inspect of %s', (name) => {
  const options = { inputSize, hiddenSize, layers: 2, bidirectional: true };

  it('gives what the published equations give, within the lengths', async () => {
    const bench = new Workbench(createJsBackend());
    const layer = bench.own(new makers[name](bench.device, options));
    const x = bench.normal([time, batch, inputSize]);
    const found = await bench.read(layer.inspect(x, { lengths }));
    expect(found.map(({ layer: at, direction }) => `${at} ${direction}`)).toEqual([
      '0 forward',
      '0 backward',
      '1 forward',
      '1 backward',
    ]);
    const [data, state] = [await x.data(), await layer.stateDict()];
    for (let row = 0; row < batch; row++) {
      let xs = Array.from({ length: lengths[row]! }, (_, t) =>
        Array.from({ length: inputSize }, (_, j) => data[(t * batch + row) * inputSize + j]!),
      );
      for (const at of [0, 1]) {
        const both = [false, true].map((backwards) => {
          const suffix = `_l${at}${backwards ? '_reverse' : ''}`;
          const steps = unroll(equations[name], state, suffix, xs, backwards);
          const { activations } = found[2 * at + (backwards ? 1 : 0)]!;
          for (const [gate, actual] of Object.entries(activations as Record<string, DataArray>)) {
            const expected = Array.from({ length: time }, (_, t) => steps[t]?.[gate] ?? new Array(hiddenSize).fill(0));
            const part = actual.slice(row * time * hiddenSize, (row + 1) * time * hiddenSize);
            expect(distance(part, expected.flat()), `${gate} ${suffix} ${row}`).toBeLessThan(1e-14);
          }
          if (steps[0]) expect(Object.keys(activations).sort()).toEqual(Object.keys(steps[0]).sort());
          return steps;
        });
        xs = both[0]!.map((forward, t) => [...forward.hidden!, ...both[1]![t]!.hidden!]);
      }
    }
    expect(bench.finish()).toBe(0);
  });

  it('gives exactly what call computes, in any layout, and leaks nothing', async () => {
    const bench = new Workbench(createJsBackend());
    const layer = bench.own(new makers[name](bench.device, { ...options, batchFirst: true }));
    const x = bench.normal([batch, time, inputSize]);
    const found = layer.inspect(x, { lengths });
    const [forward, backward] = found.slice(2).map(({ activations }) => activations.hidden) as [Tensor, Tensor];
    expect(forward.shape).toEqual([batch, time, hiddenSize]);
    const hidden = [await forward.data(), await backward.data()] as const;
    const { output } = await bench.read(layer.call(x, { lengths }));
    const joined = Array.from({ length: batch * time }, (_, i) =>
      hidden.flatMap((data) => [...data.slice(i * hiddenSize, (i + 1) * hiddenSize)]),
    );
    expect([...output]).toEqual(joined.flat());
    await bench.read(found);
    expect(bench.finish()).toBe(0);
  });
});

it('starts from the given state, and names a single backward layer so', async () => {
  const bench = new Workbench(createJsBackend());
  const lstm = bench.own(new LSTM(bench.device, { inputSize, hiddenSize, projectionSize: 3, reverse: true }));
  const x = bench.normal([1, batch, inputSize]);
  const state = { hidden: bench.normal([1, batch, 3]), cell: bench.normal([1, batch, hiddenSize]) };
  const [inspection] = (await bench.read(lstm.inspect(x, { state }))) as unknown as [Inspection];
  const result = await bench.read(lstm.call(x, { state }));
  expect(inspection.direction).toBe('backward');
  expect(inspection.activations.hidden).toEqual(result.output);
  expect(inspection.activations.cell).toEqual(result.state.cell);
  expect(bench.finish()).toBe(0);
});

it('runs step by step where call has a fused kernel', async () => {
  const device = new Device(await createWasmBackend(), { seed: 2 });
  const gru = new GRU(device, { inputSize, hiddenSize });
  const x = device.tensor(device.random.normal(time * batch * inputSize), {
    shape: [time, batch, inputSize],
    dtype: 'float32',
  });
  const [{ activations }] = gru.inspect(x, { lengths }) as [Inspection];
  const { output } = gru.call(x, { lengths });
  const [byRow, byTime] = [await activations.hidden!.data(), await output.data()];
  const size = hiddenSize;
  const ordered = Array.from(byRow, (_, i) => {
    const [row, t] = [Math.floor(i / (time * size)), Math.floor(i / size) % time];
    return byTime[(t * batch + row) * size + (i % size)]!;
  });
  expect(distance(byRow, ordered)).toBeLessThan(1e-6);
});

it('refuses a sequence without a step', () => {
  const bench = new Workbench(createJsBackend());
  const rnn = bench.own(new RNN(bench.device, { inputSize, hiddenSize }));
  const x = bench.normal([time, batch, inputSize]);
  expect(() => rnn.inspect(x, { lengths: [0, 0, 0] })).toThrow(
    'rnn: x has no time step within the lengths, expected at least one to inspect',
  );
  expect(bench.finish()).toBe(0);
});
