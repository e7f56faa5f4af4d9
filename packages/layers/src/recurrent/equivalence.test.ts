import { add, concat, flip, multiply, reshape, slice, split, transpose } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { type Device, Tensor, type TensorData } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { distance, Workbench } from '../testing/support.ts';
import type { CellState } from './cell.ts';
import { GRU } from './gru.ts';
import { LSTM, type LSTMState } from './lstm.ts';
import { type MergeMode, mergeModes } from './options.ts';
import { detachState } from './recurrent.ts';
import { RNN } from './rnn.ts';

let bench: Workbench;
let device: Device;
beforeEach(() => {
  bench = new Workbench(createJsBackend());
  device = bench.device;
});
afterEach(() => {
  expect(bench.finish()).toBe(0);
});

const [time, batch, inputSize, hiddenSize] = [6, 4, 3, 5];
const sizes = { inputSize, hiddenSize };
const lengths = [3, 6, 0, 1];

/** Compares the numbers of two structures of tensors and disposes of both. */
async function expectSame(actual: object, expected: object, tolerance = 1e-14): Promise<void> {
  const shapesOf = (value: object): unknown =>
    value instanceof Tensor ? value.shape : Object.entries(value).map(([name, entry]) => [name, shapesOf(entry)]);
  expect(shapesOf(actual)).toEqual(shapesOf(expected));
  const flatten = (value: unknown): number[] =>
    ArrayBuffer.isView(value) ? [...(value as Float64Array)] : Object.values(value as object).flatMap(flatten);
  const [a, b] = [flatten(await bench.read(actual)), flatten(await bench.read(expected))];
  expect(distance(a, b)).toBeLessThanOrEqual(tolerance);
}

/** A copy of the elements of some parameters under other names. */
async function rename(layer: LSTM | GRU | RNN, from: string, to: string): Promise<Map<string, TensorData>> {
  const state = await layer.stateDict();
  const entries = [...state].filter(([name]) => name.endsWith(from));
  return new Map(entries.map(([name, data]) => [name.slice(0, -from.length) + to, data]));
}

function zerosLike<State extends CellState>(state: State): State {
  const entries = Object.entries(state) as [string, Tensor][];
  return Object.fromEntries(entries.map(([name, { shape }]) => [name, device.zeros(shape)])) as unknown as State;
}

describe.each([
  ['LSTM', (options: object) => new LSTM(device, { ...sizes, ...options })],
  ['LSTM with projection', (options: object) => new LSTM(device, { ...sizes, projectionSize: 2, ...options })],
  ['GRU', (options: object) => new GRU(device, { ...sizes, ...options })],
  ['GRU with reset before', (options: object) => new GRU(device, { ...sizes, resetAfter: false, ...options })],
  ['RNN', (options: object) => new RNN(device, { ...sizes, ...options })],
] as const)('%s', (_name, make) => {
  const create = (options: object) => bench.own(make(options));
  const stateOf = (layer: LSTM | GRU | RNN): never =>
    Object.fromEntries(
      Object.entries(layer.cells[0]!.stateSizes).map(([name, size]) => [
        name,
        bench.normal([layer.cells.length, batch, size]),
      ]),
    ) as never;
  /** One row of each tensor of a state. */
  const pick = (state: object, axis: number, i: number): never =>
    Object.fromEntries(
      Object.entries(state as LSTMState).map(([name, tensor]) => [name, slice(tensor, axis, { start: i, end: i + 1 })]),
    ) as never;

  it('no state is a state of zeros', async () => {
    const layer = create({ layers: 2, bidirectional: true });
    const x = bench.normal([time, batch, inputSize]);
    const zeros = Object.fromEntries(
      Object.entries(layer.cells[0]!.stateSizes).map(([name, size]) => [
        name,
        bench.own(device.zeros([4, batch, size])),
      ]),
    ) as never;
    await expectSame(layer.call(x), layer.call(x, { state: zeros }), 0);
  });

  it('reverse is forwards over the flipped input', async () => {
    const layer = create({ reverse: true });
    const forwards = create({});
    forwards.loadStateDict(await layer.stateDict());
    const x = bench.normal([time, batch, inputSize]);
    const state = stateOf(layer);
    const expected = device.scope(() => {
      const { output, state: last } = forwards.call(flip(x, 0), { state });
      return { output: flip(output, 0), state: last };
    });
    await expectSame(layer.call(x, { state }), expected);
  });

  it('bidirectional is one layer forwards and one in reverse', async () => {
    const both = create({ bidirectional: true });
    const forwards = create({});
    const backwards = create({ reverse: true });
    forwards.loadStateDict(await rename(both, '_l0', '_l0'));
    backwards.loadStateDict(await rename(both, '_l0_reverse', '_l0'));
    const x = bench.normal([time, batch, inputSize]);
    const state = stateOf(both);
    for (const input of [{ state }, { state, lengths }]) {
      const expected = device.scope(() => {
        const a = forwards.call(x, { ...input, state: pick(state, 0, 0) });
        const b = backwards.call(x, { ...input, state: pick(state, 0, 1) });
        const last = Object.keys(a.state).map((name) => {
          const [s, t] = [a.state, b.state] as unknown as Record<string, Tensor>[];
          return [name, concat([s![name]!, t![name]!])];
        });
        return { output: concat([a.output, b.output], 2), state: Object.fromEntries(last) as object };
      });
      await expectSame(both.call(x, input), expected);
    }
  });

  it.each(mergeModes)('merges by %s', async (merge: MergeMode) => {
    const joined = create({ bidirectional: true });
    const merged = create({ bidirectional: true, merge });
    merged.loadStateDict(await joined.stateDict());
    const x = bench.normal([time, batch, inputSize]);
    const size = joined.outputSize / 2;
    expect(merged.outputSize).toBe(merge === 'concat' ? 2 * size : size);
    const expected = device.scope(() => {
      const { output, state } = joined.call(x, { lengths });
      const [a, b] = split(output, 2, 2);
      const outputs: Record<MergeMode, () => Tensor> = {
        concat: () => output,
        sum: () => add(a!, b!),
        multiply: () => multiply(a!, b!),
        average: () => multiply(0.5, add(a!, b!)),
        none: () => reshape(output, [time, batch, 2, size]),
      };
      return { output: outputs[merge](), state };
    });
    await expectSame(merged.call(x, { lengths }), expected);
  });

  it('batch first is a transposition', async () => {
    for (const options of [{}, { bidirectional: true, layers: 2 }, { bidirectional: true, merge: 'none' }]) {
      const layer = create(options);
      const other = create({ ...options, batchFirst: true });
      other.loadStateDict(await layer.stateDict());
      const x = bench.normal([time, batch, inputSize]);
      const state = stateOf(layer);
      const expected = device.scope(() => {
        const { output, state: last } = layer.call(x, { state, lengths });
        return { output: transpose(output, [1, 0, 2, 3].slice(0, output.rank)), state: last };
      });
      const swapped = bench.own(transpose(x, [1, 0, 2]));
      await expectSame(other.call(swapped, { state, lengths }), expected);
    }
  });

  it('a stack is one layer on the other', async () => {
    const stack = create({ layers: 2 });
    const lower = create({});
    const upper = create({ inputSize: stack.outputSize });
    lower.loadStateDict(await rename(stack, '_l0', '_l0'));
    upper.loadStateDict(await rename(stack, '_l1', '_l0'));
    const x = bench.normal([time, batch, inputSize]);
    const state = stateOf(stack);
    const output = device.scope(() => stack.call(x, { state, lengths }).output);
    const expected = device.scope(() => {
      const middle = lower.call(x, { state: pick(state, 0, 0), lengths }).output;
      return upper.call(middle, { state: pick(state, 0, 1), lengths }).output;
    });
    await expectSame({ output }, { output: expected });
  });

  it('lengths are each sequence alone, whatever stands beyond', async () => {
    for (const options of [{}, { reverse: true }, { bidirectional: true, layers: 2 }]) {
      const layer = create(options);
      const data = device.random.normal(time * batch * inputSize);
      data.forEach((_, at) => {
        const [t, row] = [Math.floor(at / inputSize / batch), Math.floor(at / inputSize) % batch];
        if (t >= lengths[row]!) data[at] = Number.NaN;
      });
      const x = bench.tensor(data, [time, batch, inputSize]);
      const state = stateOf(layer);
      const all = layer.call(x, { state, lengths });
      for (const [row, length] of lengths.entries()) {
        const actual = device.scope(() => {
          const output = slice(all.output, 1, { start: row, end: row + 1 });
          return { output, state: pick(all.state, 1, row) };
        });
        const expected = device.scope(() => {
          const alone = slice(slice(x, 1, { start: row, end: row + 1 }), 0, { end: length });
          const result = layer.call(alone, { state: pick(state, 1, row) });
          const rest = device.zeros([time - length, 1, layer.outputSize]);
          const last = length > 0 ? result.state : zerosLike(result.state);
          return { output: concat([result.output, rest]), state: last };
        });
        await expectSame(actual, expected);
      }
      await bench.read(all);
    }
  });

  it('lengths in any form: equal, whole, all zero, typed', async () => {
    const layer = create({ bidirectional: true });
    const x = bench.normal([time, batch, inputSize]);
    const state = stateOf(layer);
    const whole = [time, time, time, time];
    await expectSame(layer.call(x, { state, lengths: whole }), layer.call(x, { state }), 0);
    await expectSame(layer.call(x, { lengths: Int32Array.from(lengths) }), layer.call(x, { lengths }), 0);
    const short = device.scope(() => {
      const { output, state: last } = layer.call(slice(x, 0, { end: 2 }), { state });
      return { output: concat([output, device.zeros([time - 2, batch, layer.outputSize])]), state: last };
    });
    await expectSame(layer.call(x, { state, lengths: [2, 2, 2, 2] }), short);
    const nothing = layer.call(x, { state, lengths: [0, 0, 0, 0] });
    expect(new Set(await bench.read(nothing.output))).toEqual(new Set([0]));
    await expectSame({ ...nothing.state }, zerosLike(state), 0);
    nothing.output.dispose();
  });

  it('takes no steps or no rows, in every form', async () => {
    for (const options of [{}, { batchFirst: true }, ...mergeModes.map((merge) => ({ bidirectional: true, merge }))]) {
      const layer = create({ ...options, layers: 2 });
      for (const [steps, rows] of [
        [0, batch],
        [time, 0],
        [0, 0],
      ] as const) {
        const lead = layer.batchFirst ? [rows, steps] : [steps, rows];
        const { output, state } = layer.call(bench.normal([...lead, inputSize]));
        const pair = layer.merge === 'none' ? [2] : [];
        expect(output.shape).toEqual([...lead, ...pair, layer.outputSize]);
        expect(state.hidden.shape.slice(0, 2)).toEqual([layer.cells.length, rows]);
        bench.own(output);
        for (const tensor of Object.values(state)) bench.own(tensor as Tensor);
      }
    }
    const layer = create({});
    const state = stateOf(layer);
    const empty = bench.normal([0, batch, inputSize]);
    const last = device.scope(() => layer.call(empty, { state, lengths: [0, 0, 0, 0] }).state);
    await expectSame({ ...last }, zerosLike(state), 0);
  });

  it('chunks with the state fed back are the whole', async () => {
    const layer = create({ layers: 2 });
    const x = bench.normal([time, batch, inputSize]);
    const long = [5, 6, 5, 6];
    const chunked = device.scope(() => {
      const outputs: Tensor[] = [];
      let state: object | undefined;
      for (const [start, end] of [
        [0, 1],
        [1, 4],
        [4, 6],
      ]) {
        const left = long.map((length) => Math.min(Math.max(length - start!, 0), end! - start!));
        const result = layer.call(slice(x, 0, { start: start!, end: end! }), { state: state as never, lengths: left });
        state = detachState(result.state);
        outputs.push(result.output);
      }
      return { output: concat(outputs), state };
    });
    await expectSame(chunked, layer.call(x, { lengths: long }));
  });

  it('a layer is its cell, step by step', async () => {
    const layer = create({});
    const x = bench.normal([time, batch, inputSize]);
    const stepped = device.scope(() => {
      let state: CellState | undefined;
      const outputs = split(x, time).map((step) => {
        state = layer.cells[0]!.call(reshape(step, [batch, inputSize]), state as never);
        return reshape(state.hidden, [1, batch, layer.outputSize]);
      });
      return concat(outputs);
    });
    await expectSame({ output: stepped }, { output: device.scope(() => layer.call(x).output) });
  });

  it('results can be disposed one by one, and the arguments too', async () => {
    const layer = create({});
    for (const [steps, given] of [
      [1, undefined],
      [1, [0, 0, 0, 0]],
      [2, [2, 0, 1, 1]],
      [0, undefined],
    ] as const) {
      const x = device.tensor(device.random.normal(steps * batch * inputSize), { shape: [steps, batch, inputSize] });
      const first = layer.call(x, { lengths: given });
      const second = layer.call(x, { state: first.state as never, lengths: given });
      x.dispose();
      first.output.dispose();
      await bench.read(first.state);
      second.output.dispose();
      expect(Object.values(await bench.read(second.state as object)).every((data) => data.length > 0)).toBe(true);
    }
  });
});
