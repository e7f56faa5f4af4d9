import type { FusedCell, Operand, RecurrentKernels, SequenceOptions } from '@sluice/core';
import type { Machine } from './machine.ts';
import { slice } from './move.ts';
import { reduce } from './reduce.ts';
import { addressOf, type WasmStorage } from './storage.ts';

type X = Operand<WasmStorage>;

/** What the time loop must know of a cell, assembly/recurrent.ts. */
interface Layout {
  readonly gates: number;
  readonly stateCount: number;
  readonly kept: number;
  readonly split: number;
  readonly middle: number;
  /** Whether there is a bias within, so that the gradients of the product are not those of the projected input. */
  readonly resetBias: boolean;
  readonly forward: () => number;
  readonly backward: () => number;
}

type CellName = 'lstm' | 'gruAfter' | 'gruBefore' | 'rnnTanh' | 'rnnRelu';

const layouts = {
  lstm: { gates: 4, stateCount: 2, kept: 4, split: 4, middle: 0 },
  gruAfter: { gates: 3, stateCount: 1, kept: 4, split: 3, middle: 0 },
  gruBefore: { gates: 3, stateCount: 1, kept: 4, split: 2, middle: 3 },
  rnnTanh: { gates: 1, stateCount: 1, kept: 1, split: 1, middle: 0 },
  rnnRelu: { gates: 1, stateCount: 1, kept: 1, split: 1, middle: 0 },
} as const satisfies Record<CellName, object>;

function nameOf(cell: FusedCell): CellName | undefined {
  const { kind } = cell;
  if (kind === 'lstm') return 'lstm';
  if (kind === 'gru') return cell.resetAfter ? 'gruAfter' : 'gruBefore';
  // A later contract may know more.
  if (kind === 'rnn') return ({ tanh: 'rnnTanh', relu: 'rnnRelu' } as const)[cell.nonlinearity];
  return undefined;
}

function layoutOf({ kernels }: Machine, cell: FusedCell): Layout {
  const name = nameOf(cell) as CellName;
  return {
    ...layouts[name],
    resetBias: name === 'gruAfter',
    forward: kernels[`${name}ForwardF32`],
    backward: kernels[`${name}BackwardF32`],
  };
}

/** Whole sequences in one call. */
export function recurrentKernels(machine: Machine): RecurrentKernels<WasmStorage> {
  return {
    supports: (cell) => nameOf(cell) !== undefined && cell.dtype === 'float32',

    forward(cell, inputs, options) {
      const layout = layoutOf(machine, cell);
      const [time, batch] = inputs.projected.shape;
      const { hiddenSize: hidden } = cell;
      const { save } = options;
      const step = batch * hidden;
      const output = machine.make('float32', time * step);
      const saved = machine.make(
        'float32',
        save ? time * step * (layout.kept + layout.stateCount) : step * layout.kept,
      );
      const running = join(machine, inputs.states, step);
      const bias = layout.resetBias && !inputs.resetBias ? zeros(machine, hidden) : undefined;
      const lengths = uploadLengths(machine, options);
      describe(machine, layout, {
        time,
        batch,
        hidden,
        reverse: options.reverse,
        lengths,
        projected: inputs.projected.storage,
        weight: inputs.weight.storage,
        output,
        save,
        saved,
        states: running,
        bias: inputs.resetBias?.storage ?? bias,
      });
      if (step > 0) layout.forward();
      for (const own of [lengths, bias, save ? undefined : saved]) if (own) machine.free(own);
      return { output, states: part(machine, running, layout.stateCount), saved: save ? saved : undefined };
    },

    backward(cell, inputs, saved, gradients, options) {
      const layout = layoutOf(machine, cell);
      const [time, batch] = inputs.projected.shape;
      const { hiddenSize: hidden } = cell;
      const width = layout.gates * hidden;
      const rows = time * batch;
      const projected = machine.make('float32', rows * width);
      const productGradient = layout.resetBias ? machine.make('float32', rows * width) : projected;
      const weightGradient = rows > 0 ? machine.make('float32', width * hidden) : zeros(machine, width * hidden);
      const running = join(machine, gradients.states, batch * hidden);
      const lengths = uploadLengths(machine, options);
      describe(machine, layout, {
        time,
        batch,
        hidden,
        reverse: options.reverse,
        lengths,
        projected,
        weight: inputs.weight.storage,
        output: gradients.output.storage,
        save: true,
        saved,
        states: running,
        weightGradient,
        productGradient,
      });
      if (batch * hidden > 0) layout.backward();
      const resetBias = inputs.resetBias && lastSums(machine, productGradient, rows, width, hidden);
      if (lengths) machine.free(lengths);
      if (productGradient !== projected) machine.free(productGradient);
      return { projected, weight: weightGradient, resetBias, states: part(machine, running, layout.stateCount) };
    },
  };
}

/** One run; absent where it needs none. */
interface Sequence {
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
  readonly lengths: WasmStorage | undefined;
  readonly projected: WasmStorage;
  readonly weight: WasmStorage;
  readonly output: WasmStorage;
  readonly save: boolean;
  readonly saved: WasmStorage;
  readonly states: WasmStorage;
  readonly bias?: WasmStorage | undefined;
  readonly weightGradient?: WasmStorage;
  readonly productGradient?: WasmStorage;
}

/** Writes the description that the kernels read, its fields in their order there. */
function describe(machine: Machine, layout: Layout, sequence: Sequence): void {
  const { time, batch, hidden, reverse, save, ...arrays } = sequence;
  const { gates, stateCount, kept, split, middle } = layout;
  const { kernels } = machine;
  const scratch = machine.scratch(kernels.sequenceScratch(time, batch, hidden, gates));
  const at = (storage: WasmStorage | undefined) => (storage === undefined ? 0 : addressOf(storage));
  const words = [
    ...[time, batch, hidden, gates, stateCount, kept, split, middle, Number(reverse), at(arrays.lengths)],
    ...[at(arrays.projected), at(arrays.weight), at(arrays.output), Number(save), at(arrays.saved), at(arrays.states)],
    ...[at(arrays.bias), at(arrays.weightGradient), at(arrays.productGradient), scratch],
  ];
  machine.views.int32.set(words, kernels.sequenceAddress() / 4);
}

/** The sums of the last `count` of `width` columns. */
function lastSums(machine: Machine, x: WasmStorage, rows: number, width: number, count: number): WasmStorage {
  const sums = reduce(machine, 'sum', { storage: x, shape: [rows, width], dtype: 'float32' }, [0]);
  const y = slice(machine, { storage: sums, shape: [width], dtype: 'float32' }, [width - count], [count], [1]);
  machine.free(sums);
  return y;
}

function zeros(machine: Machine, size: number): WasmStorage {
  const y = machine.make('float32', size);
  machine.elements('float32', addressOf(y), size).fill(0);
  return y;
}

function uploadLengths(machine: Machine, { lengths }: SequenceOptions): WasmStorage | undefined {
  if (lengths === undefined) return undefined;
  const storage = machine.make('int32', lengths.length);
  machine.elements('int32', addressOf(storage), lengths.length).set(lengths);
  return storage;
}

/** Arrays of `size` elements one behind the other. */
function join(machine: Machine, xs: readonly X[], size: number): WasmStorage {
  const y = machine.make('float32', size * xs.length);
  const to = machine.elements('float32', addressOf(y), y.size);
  for (const [i, { storage }] of xs.entries()) to.set(machine.elements('float32', addressOf(storage), size), i * size);
  return y;
}

/** The `count` equal parts of an array, which is freed. */
function part(machine: Machine, x: WasmStorage, count: number): WasmStorage[] {
  const size = x.size / count;
  const parts = Array.from({ length: count }, (_, i) => {
    const y = machine.make('float32', size);
    const from = addressOf(x) + i * size * 4;
    machine.elements('float32', addressOf(y), size).set(machine.elements('float32', from, size));
    return y;
  });
  machine.free(x);
  return parts;
}
