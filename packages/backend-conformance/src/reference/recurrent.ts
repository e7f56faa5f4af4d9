import {
  createDataArray,
  type DataArray,
  type DType,
  type FusedCell,
  isKnownCell,
  type Operand,
  type RecurrentKernels,
  readOptions,
  required,
  type SequenceInputs,
  type SequenceOptions,
} from '@sluice/core';
import { type Scalar, ScalarTape } from './scalar-tape.ts';

/** One row of the batch at one step. */
interface RowStep {
  readonly tape: ScalarTape;
  readonly hiddenSize: number;
  /** [gates * hidden] */
  readonly projected: readonly Scalar[];
  /** Rows of the weight, [gates * hidden][output]. */
  readonly weight: readonly (readonly Scalar[])[];
  /** [hidden] */
  readonly resetBias: readonly Scalar[] | undefined;
  /** Rows of the projection, [output][hidden]. */
  readonly projection: readonly (readonly Scalar[])[] | undefined;
  /** [size] each, in the cell's order. */
  readonly states: readonly (readonly Scalar[])[];
}

const range = (length: number) => Array.from({ length }, (_, i) => i);

/** What the states are after one step. */
function step(cell: FusedCell, row: RowStep): Scalar[][] {
  const { tape, hiddenSize: H, projected, weight, resetBias, projection, states } = row;
  const [hidden, memory] = states;
  /** Gate number g before its nonlinearity, for unit j. */
  const gate = (g: number, j: number) => tape.sum(projected[g * H + j]!, tape.dot(weight[g * H + j]!, hidden!));
  if (cell.kind === 'rnn') return [range(H).map((j) => tape[cell.nonlinearity](gate(0, j)))];
  if (cell.kind === 'lstm' || cell.kind === 'projectedLstm') {
    const next = range(H).map((j) => {
      const [i, f, g] = [tape.sigmoid(gate(0, j)), tape.sigmoid(gate(1, j)), tape.tanh(gate(2, j))];
      return tape.sum(tape.product(f, memory![j]!), tape.product(i, g));
    });
    const output = next.map((c, j) => tape.product(tape.sigmoid(gate(3, j)), tape.tanh(c)));
    return [projection?.map((weights) => tape.dot(weights, output)) ?? output, next];
  }
  const reset = range(H).map((j) => tape.sigmoid(gate(0, j)));
  const resetHidden = cell.resetAfter ? hidden : hidden!.map((h, j) => tape.product(reset[j]!, h));
  const next = range(H).map((j) => {
    const z = tape.sigmoid(gate(1, j));
    const inner = tape.dot(weight[2 * H + j]!, resetHidden!);
    const biased = resetBias ? tape.sum(inner, resetBias[j]!) : inner;
    const n = tape.tanh(tape.sum(projected[2 * H + j]!, cell.resetAfter ? tape.product(reset[j]!, biased) : biased));
    return tape.sum(tape.product(tape.complement(z), n), tape.product(z, hidden![j]!));
  });
  return [next];
}

/** Puts a row of a matrix in its place. */
function put(matrix: Scalar[], row: number, values: readonly Scalar[]): void {
  for (const [column, value] of values.entries()) matrix[row * values.length + column] = value;
}

/** Runs a cell over all steps of all rows. Everything is flat and in row-major order. */
function run(cell: FusedCell, inputs: SequenceInputs<DataArray>, { reverse, lengths }: SequenceOptions) {
  const tape = new ScalarTape();
  const scalars = ({ storage }: Operand<DataArray>) => Array.from(storage, (value) => tape.constant(value));
  const projected = scalars(inputs.projected);
  const weight = scalars(inputs.weight);
  const resetBias = inputs.resetBias && scalars(inputs.resetBias);
  const projection = inputs.projection && scalars(inputs.projection);
  const initial = inputs.states.map(scalars);

  const [time, batch, width] = inputs.projected.shape;
  const H = cell.hiddenSize;
  const sizes = inputs.states.map(({ shape }) => shape[1]);
  const [outputSize] = sizes;
  const rowOf = (matrix: readonly Scalar[], row: number, size: number) => matrix.slice(row * size, (row + 1) * size);
  const weightRows = range(width!).map((row) => rowOf(weight, row, outputSize!));
  const projectionRows = projection && range(outputSize!).map((row) => rowOf(projection, row, H));
  const output = range(time! * batch! * outputSize!).map(() => tape.constant(0));
  const last = initial.map((state) => state.slice());
  for (const b of range(batch!)) {
    const length = lengths?.[b] ?? time;
    let states = initial.map((state, i) =>
      lengths?.[b] === 0 ? range(sizes[i]!).map(() => tape.constant(0)) : rowOf(state, b, sizes[i]!),
    );
    for (const k of range(length!)) {
      const place = (reverse ? length! - 1 - k : k) * batch! + b;
      const x = projected.slice(place * width!, (place + 1) * width!);
      const weights = { weight: weightRows, resetBias, projection: projectionRows };
      states = step(cell, { tape, hiddenSize: H, projected: x, ...weights, states });
      put(output, place, states[0]!);
    }
    for (const [i, state] of states.entries()) put(last[i]!, b, state);
  }
  return { tape, leaves: { projected, weight, resetBias, projection, states: initial }, output, last };
}

/** Fused cells by their definition: each step of each row in float64 scalars, whose gradients follow from the chain rule alone. */
export const referenceRecurrent: RecurrentKernels<DataArray> = {
  supports: isKnownCell,
  forward(cell, inputs, given) {
    const options = readOptions('recurrent.forward', given, { reverse: required, lengths: undefined, save: required });
    const { output, last } = run(cell, inputs, options);
    const values = (scalars: readonly Scalar[]) => arrayOf(cell.dtype, scalars, ({ value }) => value);
    // `backward` computes everything anew.
    return {
      output: values(output),
      states: last.map(values),
      saved: options.save ? createDataArray(cell.dtype, 0) : undefined,
    };
  },
  backward(cell, inputs, _saved, gradients, given) {
    const options = readOptions('recurrent.backward', given, { reverse: required, lengths: undefined });
    const { tape, leaves, output, last } = run(cell, inputs, options);
    const seed = (scalars: readonly Scalar[], { storage }: Operand<DataArray>) => {
      for (const [i, scalar] of scalars.entries()) scalar.gradient += storage[i]!;
    };
    seed(output, gradients.output);
    for (const [i, state] of last.entries()) seed(state, gradients.states[i]!);
    tape.backward();
    const { projected, weight, resetBias, projection, states } = leaves;
    const gradientsOf = (scalars: readonly Scalar[]) => arrayOf(cell.dtype, scalars, ({ gradient }) => gradient);
    return {
      projected: gradientsOf(projected),
      weight: gradientsOf(weight),
      ...(resetBias && { resetBias: gradientsOf(resetBias) }),
      ...(projection && { projection: gradientsOf(projection) }),
      states: states.map(gradientsOf),
    };
  },
};

function arrayOf(dtype: DType, scalars: readonly Scalar[], read: (scalar: Scalar) => number): DataArray {
  const data = createDataArray(dtype, scalars.length);
  for (const [i, scalar] of scalars.entries()) data[i] = read(scalar);
  return data;
}
