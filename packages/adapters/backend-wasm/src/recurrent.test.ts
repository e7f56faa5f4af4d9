import { Random } from '@sluice/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { put, take } from './test-operands.ts';

let backend: Awaited<ReturnType<typeof createWasmBackend>>;
beforeAll(async () => {
  backend = await createWasmBackend();
});

type Numbers = Float64Array;

interface Problem {
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
  readonly lengths: readonly number[] | undefined;
  readonly projected: Numbers;
  readonly weight: Numbers;
  readonly h: Numbers;
  readonly c: Numbers;
  readonly dOutput: Numbers;
  readonly dh: Numbers;
  readonly dc: Numbers;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The equations, row by row and step by step, and their gradients, in double precision. */
function reference({ time, batch, hidden, reverse, lengths, ...x }: Problem) {
  const width = 4 * hidden;
  const output = new Float64Array(time * batch * hidden);
  const h = x.h.slice();
  const c = x.c.slice();
  const dProjected = new Float64Array(time * batch * width);
  const dWeight = new Float64Array(width * hidden);
  const dh0 = x.dh.slice();
  const dc0 = x.dc.slice();
  for (let row = 0; row < batch; row++) {
    const own = { start: row * hidden, end: (row + 1) * hidden };
    const length = lengths?.[row] ?? time;
    const times = Array.from({ length }, (_, i) => (reverse ? length - 1 - i : i));
    if (lengths !== undefined && length === 0) for (const array of [h, c, dh0, dc0]) array.fill(0, own.start, own.end);
    const tape = times.map((t) => {
      const [hBefore, cBefore] = [h.slice(own.start, own.end), c.slice(own.start, own.end)];
      const gates = Float64Array.from({ length: width }, (_, n) => {
        let sum = x.projected[(t * batch + row) * width + n];
        for (let k = 0; k < hidden; k++) sum += x.weight[n * hidden + k] * hBefore[k];
        return n >= 2 * hidden && n < 3 * hidden ? Math.tanh(sum) : sigmoid(sum);
      });
      for (let j = 0; j < hidden; j++) {
        const cell = gates[hidden + j] * cBefore[j] + gates[j] * gates[2 * hidden + j];
        c[own.start + j] = cell;
        h[own.start + j] = gates[3 * hidden + j] * Math.tanh(cell);
        output[(t * batch + row) * hidden + j] = h[own.start + j];
      }
      return { t, hBefore, cBefore, gates };
    });
    for (const { t, hBefore, cBefore, gates } of tape.reverse()) {
      const dGates = dProjected.subarray((t * batch + row) * width, (t * batch + row + 1) * width);
      for (let j = 0; j < hidden; j++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[gate * hidden + j]);
        const th = Math.tanh(f * cBefore[j] + i * g);
        const dHidden = dh0[own.start + j] + x.dOutput[(t * batch + row) * hidden + j];
        const dCell = dc0[own.start + j] + dHidden * o * (1 - th * th);
        dGates[j] = dCell * g * i * (1 - i);
        dGates[hidden + j] = dCell * cBefore[j] * f * (1 - f);
        dGates[2 * hidden + j] = dCell * i * (1 - g * g);
        dGates[3 * hidden + j] = dHidden * th * o * (1 - o);
        dc0[own.start + j] = dCell * f;
      }
      for (let k = 0; k < hidden; k++) {
        let sum = 0;
        for (let n = 0; n < width; n++) {
          sum += dGates[n] * x.weight[n * hidden + k];
          dWeight[n * hidden + k] += dGates[n] * hBefore[k];
        }
        dh0[own.start + k] = sum;
      }
    }
  }
  return { output, h, c, dProjected, dWeight, dh0, dc0 };
}

function createProblem(seed: number, time: number, batch: number, hidden: number, withLengths: boolean): Problem {
  const random = new Random(seed);
  const normal = (size: number, scale = 1) => random.normal(size).map((value) => Math.fround(scale * value));
  return {
    time,
    batch,
    hidden,
    reverse: seed % 2 === 1,
    lengths: withLengths ? Array.from(random.uniform(batch), (u) => Math.floor(u * (time + 1))) : undefined,
    projected: normal(time * batch * 4 * hidden),
    weight: normal(4 * hidden * hidden, 1 / Math.sqrt(hidden)),
    h: normal(batch * hidden),
    c: normal(batch * hidden),
    dOutput: normal(time * batch * hidden),
    dh: normal(batch * hidden),
    dc: normal(batch * hidden),
  };
}

async function fused(problem: Problem) {
  const { time, batch, hidden, reverse, lengths } = problem;
  const kernels = backend.recurrent;
  if (kernels === undefined) throw new Error('no fused kernels');
  const cell = { kind: 'lstm', dtype: 'float32', hiddenSize: hidden } as const;
  const load = (data: Numbers, ...shape: number[]) => put(backend, Float32Array.from(data), shape);
  const inputs = {
    projected: load(problem.projected, time, batch, 4 * hidden),
    weight: load(problem.weight, 4 * hidden, hidden),
    states: [load(problem.h, batch, hidden), load(problem.c, batch, hidden)],
  };
  const gradients = {
    output: load(problem.dOutput, time, batch, hidden),
    states: [load(problem.dh, batch, hidden), load(problem.dc, batch, hidden)],
  };
  const { output, states, saved } = kernels.forward(cell, inputs, { reverse, lengths, save: true });
  if (saved === undefined) throw new Error('nothing was saved');
  const back = kernels.backward(cell, inputs, saved, gradients, { reverse, lengths });
  const results = {
    output,
    h: states[0],
    c: states[1],
    dProjected: back.projected,
    dWeight: back.weight,
    dh0: back.states[0],
    dc0: back.states[1],
  };
  const entries = await Promise.all(
    Object.entries(results).map(async ([name, storage]) => [name, await take(backend, storage)] as const),
  );
  for (const { storage } of [
    ...inputs.states,
    ...gradients.states,
    inputs.projected,
    inputs.weight,
    gradients.output,
  ]) {
    backend.free(storage);
  }
  backend.free(saved);
  return Object.fromEntries(entries);
}

describe('fused LSTM', () => {
  it('supports float32 LSTMs alone', () => {
    const supports = (kind: string, dtype: string) =>
      backend.recurrent?.supports({ kind: kind as 'lstm', dtype: dtype as 'float32', hiddenSize: 4 });
    expect(supports('lstm', 'float32')).toBe(true);
    expect(supports('lstm', 'float64')).toBe(false);
    expect(supports('other', 'float32')).toBe(false);
  });

  it.each([
    [1, 1, 1],
    [1, 4, 8],
    [7, 1, 3],
    [5, 3, 4],
    [3, 7, 5],
    [9, 6, 13],
    [4, 13, 17],
    [2, 2, 66],
    [2, 200, 9],
    [0, 2, 3],
  ])('is the equations and their gradients: %d steps, batch %d, hidden %d', async (time, batch, hidden) => {
    for (const withLengths of [false, true]) {
      for (const seed of [1, 2, 3, 4]) {
        const problem = createProblem(seed, time, batch, hidden, withLengths);
        const expected = reference(problem) as Record<string, Numbers>;
        const got = await fused(problem);
        for (const [name, values] of Object.entries(expected)) {
          expect(got[name]).toHaveLength(values.length);
          const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
          for (const [i, value] of values.entries()) {
            const error = Math.abs(got[name][i] - value) / size;
            expect(error, `${name}[${i}] is ${got[name][i]}, expected ${value}, seed ${seed}`).toBeLessThan(1e-5);
          }
        }
      }
    }
  });
});
