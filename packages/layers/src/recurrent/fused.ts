import { defineOp } from '@sluice/autograd';
import type {
  Device,
  FusedCell,
  InferenceInputs,
  Operand,
  RecurrentKernels,
  SequenceInputs,
  SequenceOptions,
  Tensor,
} from '@sluice/core';
import { type CellState, type FusedForm, mapSizes, type RecurrentCell, stateNames } from './cell.ts';

/** A cell that has run over time: `output` [time, batch, size of hidden], and the state after the last step. */
export interface CellRun<State extends CellState> {
  readonly output: Tensor;
  readonly state: State;
}

interface FusedRun<State extends CellState> extends SequenceOptions {
  readonly cell: RecurrentCell<State>;
  /** [time, batch, gates * hidden] */
  readonly projected: Tensor;
  readonly fused: FusedForm;
  /** Tensors [batch, size]. */
  readonly initial: State;
  /** The same run step by step. */
  readonly composed: () => CellRun<State>;
}

/** The kernels that run this cell on a device. */
export function fusedKernels(device: Device, cell: FusedCell): RecurrentKernels<unknown> | undefined {
  const { recurrent } = device.backend;
  return device.fused && recurrent?.supports(cell) ? recurrent : undefined;
}

/**
 * Runs a cell over all steps with one kernel, and back with another one. The gradient is no composition of operations, so where a tape records it to
 * differentiate it once more, it is that of the composed run.
 */
export function runFused<State extends CellState>(
  kernels: RecurrentKernels<unknown>,
  run: FusedRun<State>,
): CellRun<State> {
  const { cell, projected, fused, initial } = run;
  const { device } = projected;
  const names = stateNames(cell.stateSizes);
  const inputs: Inputs = { ...fused, projected, states: names.map((name) => initial[name] as Tensor) };
  const targets = listOf(inputs);
  const { results, saved } = forward(kernels, run, inputs, isRecorded(device));
  const composed = () => {
    const { output, state } = run.composed();
    return [output, ...names.map((name) => state[name] as Tensor)];
  };
  const op = defineOp({
    name: fused.cell.kind,
    // The kernel ran already: inside, what it saved would be freed.
    forward: (_targets: readonly Tensor[]): readonly Tensor[] => results,
    backward: (gradients) => {
      let computed: readonly Tensor[] | undefined;
      const compute = () =>
        device.recorders.at(-1)?.pullBack?.(composed, gradients, targets) ??
        backward(kernels, run, inputs, saved as Tensor, gradients);
      return targets.map((_, i) => () => {
        computed ??= compute();
        return computed[i]!;
      });
    },
  });
  const [output, ...last] = op(targets);
  return { output: output!, state: mapSizes<State>(cell.stateSizes, (name) => last[names.indexOf(name)]!) };
}

/**
 * What kernels need to run such cells from their input on, one for each; none where they cannot, and where a tape listens, whose gradients need all that
 * is computed.
 */
export function inferenceForms<State extends CellState>(
  device: Device,
  cells: readonly RecurrentCell<State>[],
): readonly FusedForm[] | undefined {
  if (isRecorded(device) || !device.backend.recurrent?.infer) return undefined;
  const forms: FusedForm[] = [];
  for (const each of cells) {
    const form = each.fusedForm?.();
    if (form?.inputWeight === undefined || !fusedKernels(device, form.cell)) return undefined;
    forms.push(form);
  }
  return forms;
}

/** Runs a cell from its input x [time, batch, inputSize] on, of whose projection few steps live at once. */
export function runInference<State extends CellState>(
  form: FusedForm,
  {
    cell,
    x,
    initial,
    ...options
  }: SequenceOptions & Pick<FusedRun<State>, 'cell' | 'initial'> & { readonly x: Tensor },
): CellRun<State> {
  const { device } = x;
  const { cell: known, ...parts } = form;
  const { kind, dtype } = known;
  const names = stateNames(cell.stateSizes);
  const states = names.map((name) => initial[name] as Tensor);
  const given = Object.entries<Tensor | undefined>({ input: x, ...parts }).filter(([, part]) => part !== undefined);
  const op = defineOp({
    name: kind,
    forward: (targets: readonly Tensor[]): readonly Tensor[] => {
      let rest: readonly unknown[] = [];
      const shape = [x.shape[0]!, ...states[0]!.shape];
      const output = device.execute(kind, targets, shape, dtype, ({ recurrent }, operands) => {
        const inputs = Object.fromEntries(given.map(([name], i) => [name, operands[i]]));
        const all = { ...inputs, states: operands.slice(given.length) } as unknown as InferenceInputs<unknown>;
        const result = recurrent!.infer!(known, all, options);
        rest = result.states;
        return result.output;
      });
      return [output, ...states.map((state, i) => device.execute(kind, [], state.shape, dtype, () => rest[i]))];
    },
    // No tape is there, but what looks for the tensors that are used.
    backward: () => [],
  });
  const [output, ...last] = op([...given.map(([, part]) => part!), ...states]);
  return { output: output!, state: mapSizes<State>(cell.stateSizes, (name) => last[names.indexOf(name)]!) };
}

/** What a kernel reads. */
type Inputs = SequenceParts<Tensor>;

interface SequenceParts<T> extends Readonly<Partial<Record<(typeof optional)[number], T | undefined>>> {
  readonly projected: T;
  readonly weight: T;
  readonly states: readonly T[];
}

/** What only some cells have. */
const optional = ['resetBias', 'projection'] as const;

function listOf<T>(parts: SequenceParts<T>): T[] {
  const rest = optional.map((name) => parts[name]).filter((part) => part !== undefined);
  return [parts.projected, parts.weight, ...parts.states, ...rest];
}

/** The operands of inputs, in the order of the list. */
function operandsOf(inputs: Inputs, operands: readonly Operand<unknown>[]): SequenceInputs<unknown> {
  const [projected, weight] = operands;
  const end = 2 + inputs.states.length;
  const names = optional.filter((name) => inputs[name] !== undefined);
  const rest = Object.fromEntries(names.map((name, i) => [name, operands[end + i]!]));
  return { projected: projected!, weight: weight!, states: operands.slice(2, end), ...rest };
}

/** Whether a tape listens: what runs now may be differentiated. */
export function isRecorded(device: Device): boolean {
  return device.recorders.at(-1)?.keepsIntermediates === true;
}

function forward<State extends CellState>(
  kernels: RecurrentKernels<unknown>,
  { fused: { cell }, reverse, lengths }: FusedRun<State>,
  inputs: Inputs,
  save: boolean,
): { results: readonly Tensor[]; saved: Tensor | undefined } {
  const { device, shape } = inputs.projected;
  const { kind, dtype } = cell;
  const outputSize = inputs.states[0]!.shape[1]!;
  let rest: readonly unknown[] = [];
  let kept: unknown;
  const output = device.execute(kind, listOf(inputs), [shape[0]!, shape[1]!, outputSize], dtype, (_, operands) => {
    const result = kernels.forward(cell, operandsOf(inputs, operands), { reverse, lengths, save });
    rest = result.states;
    kept = result.saved;
    return result.output;
  });
  const last = inputs.states.map((state, i) => device.execute(kind, [], state.shape, dtype, () => rest[i]));
  // Only the kernels know what it is and how large.
  const saved = save ? device.execute(kind, [], [0], dtype, () => kept) : undefined;
  return { results: [output, ...last], saved };
}

/** @returns the gradients of the inputs, in the order of the list */
function backward<State extends CellState>(
  kernels: RecurrentKernels<unknown>,
  { fused: { cell }, reverse, lengths }: FusedRun<State>,
  inputs: Inputs,
  saved: Tensor,
  gradients: readonly Tensor[],
): readonly Tensor[] {
  const { device } = saved;
  const name = `backward of ${cell.kind}`;
  const [first, ...others] = listOf(inputs);
  let rest: readonly unknown[] = [];
  const all = [first!, ...others, saved, ...gradients];
  const projected = device.execute(name, all, first!.shape, cell.dtype, (_, operands) => {
    const [kept, output, ...states] = operands.slice(1 + others.length);
    const given = operandsOf(inputs, operands);
    const result = kernels.backward(cell, given, kept!.storage, { output: output!, states }, { reverse, lengths });
    rest = listOf(result).slice(1);
    return result.projected;
  });
  return [projected, ...others.map(({ shape }, i) => device.execute(name, [], shape, cell.dtype, () => rest[i]))];
}
