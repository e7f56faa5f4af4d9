import type { Operand } from './backend.ts';
import type { DType } from './dtype.ts';

interface CellSizes {
  readonly dtype: DType;
  readonly hiddenSize: number;
}

/** Gates i, f, g, o; states hidden, cell. */
export interface FusedLSTM extends CellSizes {
  readonly kind: 'lstm';
}

/**
 * An LSTM whose output is W (o tanh(c')), W being the projection (Sak, Senior & Beaufays 2014). Gates i, f, g, o; states hidden, of `projectionSize`
 * numbers a row, and cell.
 */
export interface FusedProjectedLSTM extends CellSizes {
  readonly kind: 'projectedLstm';
  /** 1 to `hiddenSize`. */
  readonly projectionSize: number;
}

/** Gates r, z, n; state hidden. */
export interface FusedGRU extends CellSizes {
  readonly kind: 'gru';
  /** Whether r multiplies the matrix product with the hidden state, or the hidden state. */
  readonly resetAfter: boolean;
}

/** One gate, the state itself; state hidden. */
export interface FusedRNN extends CellSizes {
  readonly kind: 'rnn';
  readonly nonlinearity: 'tanh' | 'relu';
}

/** A recurrent cell that fused kernels may know. Its equations are those of the layer of the same name. */
export type FusedCell = FusedLSTM | FusedProjectedLSTM | FusedGRU | FusedRNN;

/** What each kind of cell has besides kind, element type and hidden size. */
const ownFields: Readonly<Record<FusedCell['kind'], readonly string[]>> = {
  lstm: [],
  projectedLstm: ['projectionSize'],
  gru: ['resetAfter'],
  rnn: ['nonlinearity'],
};

/** Whether a cell is one of these, and has nothing that they lack: kernels must not run one without what they do not know. */
export function isKnownCell(cell: FusedCell): boolean {
  if (!Object.hasOwn(ownFields, cell.kind)) return false;
  const known = ['kind', 'dtype', 'hiddenSize', ...ownFields[cell.kind]];
  return Object.keys(cell).every((name) => known.includes(name));
}

/** How a cell runs over a sequence. */
export interface SequenceOptions {
  /** From the last step to the first. */
  readonly reverse: boolean;
  /**
   * Steps of each row of the batch, all of them where absent. Beyond its end a row puts out zeros; run in reverse it begins with its own last step. A
   * row of length 0 ends in states of zeros, and gives no gradient to its first states. Without lengths, a sequence of no steps ends in its first
   * states.
   */
  readonly lengths?: readonly number[] | undefined;
}

/** Shapes: `hidden` is the cell's `hiddenSize`, `output` the same but for a projection, whose size it is then. */
export interface SequenceInputs<S> {
  /** [time, batch, gates * hidden]: the input's part of the gates, biases included but for `resetBias`. */
  readonly projected: Operand<S>;
  /** [gates * hidden, output]. */
  readonly weight: Operand<S>;
  /** [hidden]: the bias that r of a GRU with `resetAfter` multiplies; absent for zeros. Other cells have none. */
  readonly resetBias?: Operand<S> | undefined;
  /** [output, hidden]: the projection of a cell that has one. */
  readonly projection?: Operand<S> | undefined;
  /** The states before the first step in the cell's order: [batch, output], the others [batch, hidden]. */
  readonly states: readonly Operand<S>[];
}

/** The same from the input on: `projected` is input inputWeight' + inputBias. */
export interface InferenceInputs<S> extends Omit<SequenceInputs<S>, 'projected'> {
  /** [time, batch, inputSize]. */
  readonly input: Operand<S>;
  /** [gates * hidden, inputSize]. */
  readonly inputWeight: Operand<S>;
  /** [gates * hidden]; absent for zeros. */
  readonly inputBias?: Operand<S> | undefined;
}

export interface SequenceOutputs<S> {
  /** [time, batch, output]. */
  readonly output: S;
  /** The states after the last step. */
  readonly states: readonly S[];
  /** What `backward` needs; `undefined` unless it was asked for. The caller frees it. */
  readonly saved: S | undefined;
}

export interface SequenceGradients<S> {
  readonly projected: S;
  readonly weight: S;
  /** Where there is a `resetBias`. */
  readonly resetBias?: S | undefined;
  /** Where there is a `projection`. */
  readonly projection?: S | undefined;
  readonly states: readonly S[];
}

/** Whole sequences in one call, forward and backward. What it does not support runs composed, step by step. */
export interface RecurrentKernels<S> {
  supports(cell: FusedCell): boolean;
  forward(
    cell: FusedCell,
    inputs: SequenceInputs<S>,
    options: SequenceOptions & { readonly save: boolean },
  ): SequenceOutputs<S>;
  /**
   * Where it is there, layers without a tape call it in the place of the product, the sum and `forward`, and it gives what these give, to the bit. It needs
   * little memory beside the output.
   */
  infer?(cell: FusedCell, inputs: InferenceInputs<S>, options: SequenceOptions): SequenceOutputs<S>;
  /** @param gradients of the output and of each state, as `forward` returned them */
  backward(
    cell: FusedCell,
    inputs: SequenceInputs<S>,
    saved: S,
    gradients: { readonly output: Operand<S>; readonly states: readonly Operand<S>[] },
    options: SequenceOptions,
  ): SequenceGradients<S>;
}
