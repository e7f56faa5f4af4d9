import type { FusedCell } from '@sluice/core';

/** Numbers that remember how they were made, in double precision, for gradients that no one derived. */
class Tape {
  readonly values: number[] = [];
  readonly #sources: number[] = [];
  readonly #slopes: number[] = [];

  /** A number made of at most two others, and its slopes in them. */
  push(value: number, a = -1, slopeA = 0, b = -1, slopeB = 0): number {
    this.#sources.push(a, b);
    this.#slopes.push(slopeA, slopeB);
    return this.values.push(value) - 1;
  }

  readonly add = (a: number, b: number) => this.push(this.values[a] + this.values[b], a, 1, b, 1);
  readonly multiply = (a: number, b: number) =>
    this.push(this.values[a] * this.values[b], a, this.values[b], b, this.values[a]);
  readonly oneMinus = (a: number) => this.push(1 - this.values[a], a, -1);
  readonly sigmoid = (a: number) => {
    const y = 1 / (1 + Math.exp(-this.values[a]));
    return this.push(y, a, y * (1 - y));
  };
  readonly tanh = (a: number) => {
    const y = Math.tanh(this.values[a]);
    return this.push(y, a, 1 - y * y);
  };
  readonly relu = (a: number) => this.push(Math.max(this.values[a], 0), a, this.values[a] > 0 ? 1 : 0);

  /** Spreads the gradients of results over all they were made of. */
  spread(gradients: Float64Array): void {
    for (let i = this.values.length - 1; i >= 0; i--) {
      for (const k of [2 * i, 2 * i + 1]) {
        if (this.#sources[k] >= 0) gradients[this.#sources[k]] += gradients[i] * this.#slopes[k];
      }
    }
  }
}

interface Step {
  readonly tape: Tape;
  /** The projected input of a gate. */
  readonly x: (gate: number) => number[];
  /** The product of a gate's weight. */
  readonly product: (gate: number, vector: readonly number[]) => number[];
  readonly states: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly project: (vector: readonly number[]) => number[];
}

type Equations = (step: Step) => number[][];

const zip = (f: (a: number, b: number) => number, a: readonly number[], b: readonly number[]) =>
  a.map((own, i) => f(own, b[i]));

function lstm({ tape, x, product, states: [h, c] }: Step): number[][] {
  const gate = (k: number) => zip(tape.add, x(k), product(k, h));
  const [i, f, o] = [0, 1, 3].map((k) => gate(k).map(tape.sigmoid));
  const g = gate(2).map(tape.tanh);
  const next = zip(tape.add, zip(tape.multiply, f, c), zip(tape.multiply, i, g));
  return [zip(tape.multiply, o, next.map(tape.tanh)), next];
}

function projectedLstm(step: Step): number[][] {
  const [h, c] = lstm(step);
  return [step.project(h), c];
}

function gru(resetAfter: boolean): Equations {
  return ({ tape, x, product, states: [h], bias }) => {
    const [r, z] = [0, 1].map((k) => zip(tape.add, x(k), product(k, h)).map(tape.sigmoid));
    const inner = resetAfter
      ? zip(tape.multiply, r, zip(tape.add, product(2, h), bias))
      : product(2, zip(tape.multiply, r, h));
    const n = zip(tape.add, x(2), inner).map(tape.tanh);
    return [zip(tape.add, zip(tape.multiply, z.map(tape.oneMinus), n), zip(tape.multiply, z, h))];
  };
}

function rnn(nonlinearity: 'tanh' | 'relu'): Equations {
  return ({ tape, x, product, states: [h] }) => [zip(tape.add, x(0), product(0, h)).map(tape[nonlinearity])];
}

/** The sizes and equations of a cell; `states` are the sizes of a row of each. */
export function describeCell(cell: FusedCell): { gates: number; states: number[]; equations: Equations } {
  const { hiddenSize: hidden } = cell;
  if (cell.kind === 'lstm') return { gates: 4, states: [hidden, hidden], equations: lstm };
  if (cell.kind === 'projectedLstm') {
    return { gates: 4, states: [cell.projectionSize, hidden], equations: projectedLstm };
  }
  if (cell.kind === 'gru') return { gates: 3, states: [hidden], equations: gru(cell.resetAfter) };
  return { gates: 1, states: [hidden], equations: rnn(cell.nonlinearity) };
}

export interface SequenceProblem {
  readonly cell: FusedCell;
  readonly time: number;
  readonly batch: number;
  readonly reverse: boolean;
  readonly lengths: readonly number[] | undefined;
  readonly projected: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array | undefined;
  readonly projection: Float64Array | undefined;
  readonly states: readonly Float64Array[];
  readonly dOutput: Float64Array;
  readonly dStates: readonly Float64Array[];
}

export type SequenceResults = Record<string, ArrayLike<number>>;

/** Row by row and step by step. */
export function runSequence(problem: SequenceProblem): SequenceResults {
  const { cell, time, batch, reverse, lengths } = problem;
  const { gates, equations, states: sizes } = describeCell(cell);
  const { hiddenSize: hidden } = cell;
  const tape = new Tape();
  const leaves = (data: ArrayLike<number>) => Array.from(data, (value) => tape.push(value));
  const projected = leaves(problem.projected);
  const weight = leaves(problem.weight);
  const bias = leaves(problem.bias ?? new Float64Array(hidden));
  const projection = leaves(problem.projection ?? new Float64Array(0));
  const first = problem.states.map(leaves);
  const last = first.map((state) => [...state]);
  const [outputs] = sizes;
  const output = leaves(new Float64Array(time * batch * outputs));

  /** `count` rows of a matrix from row number `start` on, times a vector. */
  const times = (matrix: readonly number[], start: number, count: number, vector: readonly number[]) =>
    Array.from({ length: count }, (_, j) => {
      const row = matrix.slice((start + j) * vector.length, (start + j + 1) * vector.length);
      return zip(tape.multiply, row, vector).reduce(tape.add);
    });
  const product = (gate: number, vector: readonly number[]) => times(weight, gate * hidden, hidden, vector);
  const project = (vector: readonly number[]) => times(projection, 0, outputs, vector);
  for (let row = 0; row < batch; row++) {
    const length = lengths?.[row] ?? time;
    const none = lengths !== undefined && length === 0;
    let states = first.map((state, k) =>
      none ? leaves(new Float64Array(sizes[k])) : state.slice(row * sizes[k], (row + 1) * sizes[k]),
    );
    for (let i = 0; i < length; i++) {
      const at = (reverse ? length - 1 - i : i) * batch + row;
      const x = (gate: number) => projected.slice((at * gates + gate) * hidden, (at * gates + gate + 1) * hidden);
      states = equations({ tape, x, product, states, bias, project });
      output.splice(at * outputs, outputs, ...states[0]);
    }
    for (const [k, state] of states.entries()) last[k].splice(row * sizes[k], sizes[k], ...state);
  }

  const gradients = new Float64Array(tape.values.length);
  const seed = (nodes: readonly number[], data: Float64Array) => {
    for (const [i, node] of nodes.entries()) gradients[node] += data[i];
  };
  seed(output, problem.dOutput);
  for (const [k, state] of last.entries()) seed(state, problem.dStates[k]);
  tape.spread(gradients);
  const values = (nodes: readonly number[]) => nodes.map((node) => tape.values[node]);
  const slopes = (nodes: readonly number[]) => nodes.map((node) => gradients[node]);
  return {
    output: values(output),
    ...Object.fromEntries(last.map((state, k) => [`state ${k}`, values(state)])),
    'gradient of projected': slopes(projected),
    'gradient of weight': slopes(weight),
    ...(problem.bias && { 'gradient of resetBias': slopes(bias) }),
    ...(problem.projection && { 'gradient of projection': slopes(projection) }),
    ...Object.fromEntries(first.map((state, k) => [`gradient of state ${k}`, slopes(state)])),
  };
}
