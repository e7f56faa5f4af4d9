import type { FusedCell, Operand, RecurrentKernels, SequenceInputs, SequenceOptions } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, type WasmStorage } from './storage.ts';

type X = Operand<WasmStorage>;

const cells = {
  lstm: { gates: 4, states: 2, forward: 'lstmForwardF32', backward: 'lstmBackwardF32' },
} as const satisfies Partial<Record<FusedCell['kind'], object>>;

// Fields of the description that the kernels read, assembly/recurrent.ts, in its order.
interface Sequence {
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
  readonly lengths: number;
  readonly projected: number;
  readonly weight: number;
  readonly output: number;
  readonly saved: number;
  readonly states: number;
  readonly weightGradient: number;
  readonly scratch: number;
}

/** Whole sequences in one call. */
export function recurrentKernels(machine: Machine): RecurrentKernels<WasmStorage> {
  return {
    supports: ({ kind, dtype }) => Object.hasOwn(cells, kind) && dtype === 'float32',

    forward(cell, inputs, options) {
      const { kernels } = machine;
      const sizes = sizesOf(cell, inputs);
      const { time, batch, hidden, gates, states } = sizes;
      const output = machine.make('float32', time * batch * hidden);
      const saved = machine.make('float32', time * batch * hidden * (gates + states));
      const running = join(machine, inputs.states, batch * hidden);
      const lengths = uploadLengths(machine, options);
      const scratch = machine.scratch(kernels.sequenceScratch(time, batch, hidden, gates));
      describe(machine, {
        ...sizes,
        reverse: options.reverse,
        lengths: lengths === undefined ? 0 : addressOf(lengths),
        projected: addressOf(inputs.projected.storage),
        weight: addressOf(inputs.weight.storage),
        output: addressOf(output),
        saved: addressOf(saved),
        states: addressOf(running),
        weightGradient: 0,
        scratch,
      });
      if (batch * hidden > 0) kernels[cells.lstm.forward]();
      if (lengths !== undefined) machine.free(lengths);
      if (!options.save) machine.free(saved);
      return { output, states: part(machine, running, states), saved: options.save ? saved : undefined };
    },

    backward(cell, inputs, saved, gradients, options) {
      const { kernels } = machine;
      const sizes = sizesOf(cell, inputs);
      const { time, batch, hidden, gates, states } = sizes;
      const projected = machine.make('float32', time * batch * hidden * gates);
      const weight = machine.make('float32', hidden * hidden * gates);
      const running = join(machine, gradients.states, batch * hidden);
      const lengths = uploadLengths(machine, options);
      const scratch = machine.scratch(kernels.sequenceScratch(time, batch, hidden, gates));
      describe(machine, {
        ...sizes,
        reverse: options.reverse,
        lengths: lengths === undefined ? 0 : addressOf(lengths),
        projected: addressOf(projected),
        weight: addressOf(inputs.weight.storage),
        output: addressOf(gradients.output.storage),
        saved: addressOf(saved),
        states: addressOf(running),
        weightGradient: addressOf(weight),
        scratch,
      });
      if (time * batch === 0) machine.elements('float32', addressOf(weight), weight.size).fill(0);
      if (batch * hidden > 0) kernels[cells.lstm.backward]();
      if (lengths !== undefined) machine.free(lengths);
      return { projected, weight, states: part(machine, running, states) };
    },
  };
}

function sizesOf({ hiddenSize }: FusedCell, { projected }: SequenceInputs<WasmStorage>) {
  const [time, batch] = projected.shape;
  return { time, batch, hidden: hiddenSize, gates: cells.lstm.gates, states: cells.lstm.states };
}

function describe(machine: Machine, sequence: Sequence): void {
  const { time, batch, hidden, reverse, lengths, projected, weight, output, saved, states, weightGradient, scratch } =
    sequence;
  const words = [time, batch, hidden, Number(reverse), lengths, projected, weight, output, saved, states];
  const place = machine.kernels.sequenceAddress() / 4;
  for (const [i, word] of [...words, weightGradient, scratch].entries()) machine.views.int32[place + i] = word;
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
