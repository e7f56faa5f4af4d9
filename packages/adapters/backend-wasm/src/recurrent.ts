import {
  type FusedCell,
  isKnownCell,
  type Operand,
  type RecurrentKernels,
  readOptions,
  required,
  type SequenceInputs,
  type SequenceOptions,
  type SequenceOutputs,
  sizeOf,
} from '@sluice/core';
import { addTo } from './elementwise.ts';
import type { Machine } from './machine.ts';
import { matMul } from './mat-mul.ts';
import { slice } from './move.ts';
import { reduce } from './reduce.ts';
import { addressOf, type WasmStorage } from './storage.ts';
import type { KernelName } from './threads/pool.ts';

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
  readonly forward: KernelName;
  readonly backward: KernelName;
}

type Equations = 'lstm' | 'gruAfter' | 'gruBefore' | 'rnnTanh' | 'rnnRelu';
type CellName = Equations | 'projectedLstm';

const lstm = { gates: 4, stateCount: 2, kept: 5, split: 4, middle: 0 };
const layouts = {
  lstm,
  // One block more, for what is projected.
  projectedLstm: { ...lstm, kept: lstm.kept + 1, middle: lstm.kept },
  gruAfter: { gates: 3, stateCount: 1, kept: 4, split: 3, middle: 0 },
  gruBefore: { gates: 3, stateCount: 1, kept: 4, split: 2, middle: 3 },
  rnnTanh: { gates: 1, stateCount: 1, kept: 1, split: 1, middle: 0 },
  rnnRelu: { gates: 1, stateCount: 1, kept: 1, split: 1, middle: 0 },
} satisfies Record<CellName, object>;

function nameOf(cell: FusedCell): CellName | undefined {
  const { kind } = cell;
  if (kind === 'lstm' || kind === 'projectedLstm') return kind;
  if (kind === 'gru') return cell.resetAfter ? 'gruAfter' : 'gruBefore';
  // A later contract may know more.
  if (kind === 'rnn') return ({ tanh: 'rnnTanh', relu: 'rnnRelu' } as const)[cell.nonlinearity];
  return undefined;
}

function layoutOf(name: CellName): Layout {
  const equations = name === 'projectedLstm' ? 'lstm' : name;
  return {
    ...layouts[name],
    resetBias: name === 'gruAfter',
    forward: `${equations}ForwardF32`,
    backward: `${equations}BackwardF32`,
  };
}

/**
 * Bytes of what `infer` projects at once: as many as the output has, so that they are little beside it, but within these: few enough to stay in the
 * cache, and enough to be worth the calls.
 */
const [smallestChunk, largestChunk] = [2 ** 18, 2 ** 22];

/** Whole sequences in one call. */
export function recurrentKernels(machine: Machine): RecurrentKernels<WasmStorage> {
  // Made once: a stream of single steps asks for one with each.
  const known = Object.fromEntries((Object.keys(layouts) as CellName[]).map((name) => [name, layoutOf(name)]));
  /** Runs forward, by chunks of at most so many steps, each from what is projected of its input. */
  const run = (
    cell: FusedCell,
    inputs: Omit<SequenceInputs<WasmStorage>, 'projected'>,
    { reverse, lengths: given, save }: SequenceOptions & { readonly save: boolean },
    { time, batch, most }: { readonly time: number; readonly batch: number; readonly most: number },
    chunk: (from: number, to: number, run: (projected: WasmStorage) => void) => void,
  ): SequenceOutputs<WasmStorage> => {
    const layout = known[nameOf(cell) as CellName]!;
    const { hiddenSize: hidden } = cell;
    const sizes = inputs.states.map(({ shape }) => sizeOf(shape));
    const step = batch * hidden;
    const output = machine.make('float32', time * sizes[0]!);
    const saved = machine.make('float32', save ? time * (step * layout.kept + total(sizes)) : step * layout.kept);
    const running = join(machine, inputs.states, sizes);
    const bias = layout.resetBias && !inputs.resetBias ? zeros(machine, hidden) : undefined;
    const lengths = uploadLengths(machine, given);
    const count = Math.max(1, Math.ceil(time / most));
    for (let k = 0; k < count; k++) {
      // As long as each other: a product of one row alone adds up in another order.
      const [from, to] = [0, 1].map((end) => Math.floor((((reverse ? count - 1 - k : k) + end) * time) / count)) as [
        number,
        number,
      ];
      chunk(from, to, (projected) => {
        const parts = partsOf(machine, layout, to - from, batch, hidden);
        describe(machine, layout, parts, {
          time: to - from,
          batch,
          hidden,
          outputs: inputs.states[0]!.shape[1]!,
          reverse,
          lengths,
          before: from,
          projected,
          weight: inputs.weight.storage,
          projection: inputs.projection?.storage,
          output: rowsOf(output, from, to, sizes[0]!),
          save,
          saved,
          states: running,
          bias: inputs.resetBias?.storage ?? bias,
        });
        if (step > 0) machine.run(layout.forward, [], Math.min(parts, batch));
      });
    }
    for (const own of [lengths, bias, save ? undefined : saved]) if (own) machine.free(own);
    return { output, states: part(machine, running, sizes), saved: save ? saved : undefined };
  };

  return {
    supports: (cell) => isKnownCell(cell) && nameOf(cell) !== undefined && cell.dtype === 'float32',

    forward(cell, inputs, given) {
      const options = readOptions('recurrent.forward', given, {
        reverse: required,
        lengths: undefined,
        save: required,
      });
      const { projected } = inputs;
      const [time, batch] = projected.shape as [number, number];
      return run(cell, inputs, options, { time, batch, most: Math.max(1, time) }, (_from, _to, work) =>
        work(projected.storage),
      );
    },

    infer(cell, inputs, given) {
      const options = readOptions('recurrent.infer', given, { reverse: required, lengths: undefined });
      const { input, inputWeight, inputBias } = inputs;
      const [time, batch, size] = input.shape as [number, number, number];
      const width = inputWeight.shape[0]!;
      const bytes = Math.max(smallestChunk, Math.min(largestChunk, time * batch * cell.hiddenSize * 4));
      const most = Math.max(1, Math.ceil(bytes / (batch * width * 4)));
      return run(cell, inputs, { ...options, save: false }, { time, batch, most }, (from, to, work) => {
        const rows = {
          ...input,
          storage: rowsOf(input.storage, from, to, batch * size),
          shape: [to - from, batch, size],
        };
        const projected = matMul(machine, rows, inputWeight, { transposeA: false, transposeB: true });
        if (inputBias) addTo(machine, { ...input, storage: projected, shape: [to - from, batch, width] }, inputBias);
        work(projected);
        machine.free(projected);
      });
    },

    backward(cell, inputs, saved, gradients, given) {
      const options = readOptions('recurrent.backward', given, { reverse: required, lengths: undefined });
      const layout = known[nameOf(cell) as CellName]!;
      const [time, batch] = inputs.projected.shape as [number, number];
      const { hiddenSize: hidden } = cell;
      const width = layout.gates * hidden;
      const rows = time * batch;
      const projected = machine.make('float32', rows * width);
      const productGradient = layout.resetBias ? machine.make('float32', rows * width) : projected;
      const gradientOf = (x: X) =>
        rows > 0 ? machine.make('float32', sizeOf(x.shape)) : zeros(machine, sizeOf(x.shape));
      const weightGradient = gradientOf(inputs.weight);
      const projectionGradient = inputs.projection && gradientOf(inputs.projection);
      const outputs = inputs.states[0]!.shape[1]!;
      const outputGradient = inputs.projection && machine.make('float32', rows * outputs);
      const sizes = gradients.states.map(({ shape }) => sizeOf(shape));
      const running = join(machine, gradients.states, sizes);
      const lengths = uploadLengths(machine, options.lengths);
      const parts = partsOf(machine, layout, time, batch, hidden);
      describe(machine, layout, parts, {
        time,
        batch,
        hidden,
        outputs,
        reverse: options.reverse,
        lengths,
        projected,
        weight: inputs.weight.storage,
        projection: inputs.projection?.storage,
        output: gradients.output.storage,
        save: true,
        saved,
        states: running,
        weightGradient,
        productGradient,
        projectionGradient,
        outputGradient,
      });
      if (batch * hidden > 0) {
        machine.run(layout.backward, [], Math.min(parts, batch));
        machine.run('sequenceWeightGradient', [], parts);
      }
      const resetBias = inputs.resetBias && lastSums(machine, productGradient, rows, width, hidden);
      for (const own of [lengths, outputGradient]) if (own) machine.free(own);
      if (productGradient !== projected) machine.free(productGradient);
      const states = part(machine, running, sizes);
      return { projected, weight: weightGradient, resetBias, projection: projectionGradient, states };
    },
  };
}

/** The steps `from` to `to` - 1 of an array of `size` numbers for each: a view, which is never freed. */
function rowsOf(x: WasmStorage, from: number, to: number, size: number): WasmStorage {
  return { dtype: x.dtype, size: (to - from) * size, address: addressOf(x) + from * size * 4 };
}

/** The products of a run take most of its time. */
function partsOf(machine: Machine, { gates }: Layout, time: number, batch: number, hidden: number): number {
  return machine.parts(2 * time * batch * gates * hidden * hidden);
}

/** One run; absent where it needs none. */
interface Sequence {
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly reverse: boolean;
  readonly lengths: WasmStorage | undefined;
  readonly before?: number | undefined;
  readonly projected: WasmStorage;
  readonly weight: WasmStorage;
  readonly projection: WasmStorage | undefined;
  readonly output: WasmStorage;
  readonly save: boolean;
  readonly saved: WasmStorage;
  readonly states: WasmStorage;
  readonly bias?: WasmStorage | undefined;
  readonly weightGradient?: WasmStorage | undefined;
  readonly productGradient?: WasmStorage | undefined;
  readonly projectionGradient?: WasmStorage | undefined;
  readonly outputGradient?: WasmStorage | undefined;
}

/** Writes the description that the kernels read, its fields in their order there. */
function describe(machine: Machine, layout: Layout, parts: number, sequence: Sequence): void {
  const { time, batch, hidden } = sequence;
  const { kernels } = machine;
  // The kernels count in 32 bits; where those do not do, the packed weights alone are more than the memory has.
  const packedWeights = 4 * (layout.gates + 1) * hidden ** 2;
  const own = Math.max(packedWeights, kernels.sequenceScratch(time, batch, hidden, layout.gates) >>> 0);
  const scratch = machine.scratch(own * parts);
  const words = machine.views.int32;
  let at = kernels.sequenceAddress() / 4;
  words[at++] = time;
  words[at++] = batch;
  words[at++] = hidden;
  words[at++] = sequence.outputs;
  words[at++] = layout.gates;
  words[at++] = layout.stateCount;
  words[at++] = layout.kept;
  words[at++] = layout.split;
  words[at++] = layout.middle;
  words[at++] = sequence.reverse ? 1 : 0;
  words[at++] = addressOrZero(sequence.lengths);
  words[at++] = sequence.before ?? 0;
  words[at++] = addressOf(sequence.projected);
  words[at++] = addressOf(sequence.weight);
  words[at++] = addressOrZero(sequence.projection);
  words[at++] = addressOf(sequence.output);
  words[at++] = sequence.save ? 1 : 0;
  words[at++] = addressOf(sequence.saved);
  words[at++] = addressOf(sequence.states);
  words[at++] = addressOrZero(sequence.bias);
  words[at++] = addressOrZero(sequence.weightGradient);
  words[at++] = addressOrZero(sequence.productGradient);
  words[at++] = addressOrZero(sequence.projectionGradient);
  words[at++] = addressOrZero(sequence.outputGradient);
  words[at++] = scratch;
}

function addressOrZero(storage: WasmStorage | undefined): number {
  return storage === undefined ? 0 : addressOf(storage);
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

function uploadLengths(machine: Machine, lengths: SequenceOptions['lengths']): WasmStorage | undefined {
  if (lengths === undefined) return undefined;
  const storage = machine.make('int32', lengths.length);
  machine.elements('int32', addressOf(storage), lengths.length).set(lengths);
  return storage;
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a + b);
}

/** Arrays of these sizes one behind the other. */
function join(machine: Machine, xs: readonly X[], sizes: readonly number[]): WasmStorage {
  const y = machine.make('float32', total(sizes));
  let to = addressOf(y);
  for (let i = 0; i < xs.length; i++) {
    copyBytes(machine, to, addressOf(xs[i]!.storage), sizes[i]! * 4);
    to += sizes[i]! * 4;
  }
  return y;
}

/** The parts of an array, which is theirs. */
function part(machine: Machine, x: WasmStorage, sizes: readonly number[]): WasmStorage[] {
  if (sizes.length === 1) return [x];
  const parts: WasmStorage[] = [];
  let from = addressOf(x);
  for (const size of sizes) {
    const y = machine.make('float32', size);
    copyBytes(machine, addressOf(y), from, size * 4);
    from += size * 4;
    parts.push(y);
  }
  machine.free(x);
  return parts;
}

// A view of a part of the memory costs more than such a call.
function copyBytes({ kernels }: Machine, to: number, from: number, bytes: number): void {
  kernels.copyRuns(to, from, bytes, 1, 0, 0);
}
