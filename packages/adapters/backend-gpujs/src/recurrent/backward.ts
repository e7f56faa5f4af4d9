import type { Operand, SequenceGradients } from '@sluice/core';
import { binary } from '../kernels/binary.ts';
import { matMul } from '../kernels/mat-mul.ts';
import { concat, fill, slice } from '../kernels/move.ts';
import { reduce } from '../kernels/reduce.ts';
import { type Block, blockOf, type GpujsStorage, type X } from '../storage.ts';
import { type Bundle, clearEnded, component, join, spreadRows } from './blocks.ts';
import type { Stage } from './cells.ts';
import type { Inputs, Sequence, Weights } from './sequence.ts';

const sumRows = { transposeA: true, transposeB: false } as const;

interface Given {
  readonly output: Operand<GpujsStorage>;
  readonly states: readonly Operand<GpujsStorage>[];
}

/** What `runForward` saved: the states at the beginning, and step by step. */
interface Saved {
  readonly first: Bundle;
  readonly after: readonly Bundle[];
  /** Empty where the cell has none. */
  readonly gates: readonly Bundle[];
  readonly weights: Weights;
}

function unpack({ form, time }: Sequence, { parts }: GpujsStorage): Saved {
  let at = 0;
  const bundles = (stage: Stage | undefined) =>
    Array.from(
      { length: stage ? time : 0 },
      () => stage?.result.map((code) => (code === '0' ? undefined : parts[at++])) ?? [],
    );
  return {
    first: form.state.map((_, i) => (form.states.includes(i) ? parts[at++] : undefined)),
    after: bundles(form.step),
    gates: bundles(form.open),
    weights: { gates: parts[at++]!, projection: parts[at++] },
  };
}

export function runBackward(
  sequence: Sequence,
  inputs: Inputs,
  saved: GpujsStorage,
  given: Given,
): SequenceGradients<GpujsStorage> {
  const { form, scratch, size, time, batch, hidden, outputs, lengths } = sequence;
  const { machine } = scratch;
  const zeros = (count: number) => fill(machine, count, 0, 'float32');
  const weightSize = form.gates * hidden * outputs;
  const noSteps = () => ({
    projected: zeros(0),
    weight: zeros(weightSize),
    ...(inputs.resetBias && { resetBias: zeros(hidden) }),
    ...(inputs.projection && { projection: zeros(outputs * hidden) }),
  });
  if (size === 0) return { ...noSteps(), states: form.states.map(() => zeros(0)) };
  const { first, after, gates, weights } = unpack(sequence, saved);
  const before = statesBefore(sequence, first, after);
  const { texels } = sequence;
  const [outputState] = form.states;
  const last = time > 0 ? join(scratch, component(before, outputState!), texels) : undefined;
  const output = time > 0 ? [outputGradient(sequence, inputs, given.output)] : undefined;
  const gradients = new Array<Bundle>(time);
  const carries = new Array<Bundle>(time);
  let carry = sequence.joinStates(given.states);
  for (const t of sequence.steps.toReversed()) {
    const blocks = { gates: gates[t], last: before[t], after: after[t], carry, output };
    let gradient: Bundle = [];
    for (const [i, stage] of form.gradients.entries()) {
      const next = sequence.launch(`gradient ${i}`, stage, 'zeros', t, { ...blocks, gradient }, weights);
      scratch.freeAll(gradient);
      gradient = next;
    }
    gradients[t] = gradient;
    const next = sequence.launch('carry', form.carry, 'carry', t, { ...blocks, gradient }, weights);
    if (form.projected === undefined) scratch.freeAll(carry);
    else carries[t] = carry;
    carry = next;
  }
  const states = sequence
    .spreadStates(carry)
    .map((state, i) => (lengths ? clearEnded(scratch, state, lengths, 1, batch, sequence.widths[i]!) : state));
  const give = () => states.map((state, i) => scratch.give(state, batch * sequence.widths[i]!));
  if (!last) return { ...noSteps(), states: give() };
  const used = new Set([...form.projectedGradients, ...form.productGradients]);
  const joined = gradients[0]!.map((_, i) =>
    used.has(i) ? join(scratch, component(gradients, i), texels) : undefined,
  );
  const array = (components: readonly number[]) =>
    spreadRows(
      scratch,
      components.map((i) => joined[i] as Block),
      sequence,
    );
  const ofProjected = array(form.projectedGradients);
  const isSame = String(form.productGradients) === String(form.projectedGradients);
  const ofProducts = isSame ? ofProjected : array(form.productGradients);
  const states0 = sequence.toOutputs(spreadRows(scratch, [last], sequence), time * batch);
  const middle = form.middle === undefined ? undefined : spreadSteps(sequence, gates, form.middle);
  const ofWeight = weightGradient(sequence, ofProducts, states0, middle);
  const projection = projectionGradient(sequence, carries, gates, given.output);
  const resetBias = inputs.resetBias && biasGradient(sequence, ofProducts);
  // Nothing can fail from here on.
  return {
    projected: scratch.give(ofProjected, time * size * form.gates),
    weight: scratch.give(ofWeight, weightSize),
    ...(resetBias && { resetBias }),
    ...(projection && { projection: scratch.give(projection, outputs * hidden) }),
    states: give(),
  };
}

/** One component of each step as an array [time * batch, hidden]. */
function spreadSteps(sequence: Sequence, bundles: readonly Bundle[], index: number): Block {
  const { scratch, texels } = sequence;
  return spreadRows(scratch, [join(scratch, component(bundles, index), texels)], sequence);
}

/** The states that each step began with. */
function statesBefore(sequence: Sequence, first: Bundle, after: readonly Bundle[]): readonly Bundle[] {
  const before = new Array<Bundle>(after.length);
  let last = first;
  for (const t of sequence.steps) {
    before[t] = last;
    last = after[t]!;
  }
  return before;
}

/**
 * The gradient of the weight, [gates * hidden, outputs]: the sums over all rows of the gradient of each product, [rows, gates * hidden], times what the weight was
 * multiplied with, [rows, outputs], which is `middle` for the last gate of a cell that has it.
 */
function weightGradient(
  { form, scratch, time, batch, hidden, outputs }: Sequence,
  gradient: Block,
  last: Block,
  middle: Block | undefined,
): Block {
  const { machine } = scratch;
  const rows = time * batch;
  const width = form.gates * hidden;
  const of = scratch.view(gradient, [rows, width]);
  const product = (a: X, state: Block) =>
    scratch.take(matMul(machine, a, scratch.view(state, [rows, outputs]), sumRows));
  if (!middle) return product(of, last);
  const columns = (begin: number, count: number) =>
    scratch.view(scratch.take(slice(machine, of, [0, begin], [rows, count], [1, 1])), [rows, count]);
  const ends = [width - hidden, hidden];
  const parts = [product(columns(0, ends[0]!), last), product(columns(ends[0]!, ends[1]!), middle)];
  const arrays = parts.map((block, i) => scratch.view(block, [ends[i]!, hidden]));
  return scratch.take(concat(machine, arrays, 0));
}

/** What comes to the gates by way of the output, [time, batch, hidden]: its gradient, or what the projection makes of that. */
function outputGradient({ scratch, time, batch, outputs }: Sequence, { projection }: Inputs, output: X): Block {
  if (!projection) return blockOf(output);
  const rows = { ...output, shape: [time * batch, outputs] };
  return scratch.take(matMul(scratch.machine, rows, projection, { transposeA: false, transposeB: false }));
}

/**
 * The gradient of the projection, [outputs, hidden]: the sums over all rows of the gradient of the output state, by way of the output and of the next step, times
 * what was projected. None for a cell that has no projection.
 */
function projectionGradient(
  sequence: Sequence,
  carries: readonly Bundle[],
  gates: readonly Bundle[],
  output: X,
): Block | undefined {
  const { form, scratch, time, batch, hidden, outputs, lengths } = sequence;
  if (form.projected === undefined) return undefined;
  const { machine } = scratch;
  const rows = time * batch;
  const carried = sequence.toOutputs(spreadSteps(sequence, carries, form.states[0]!), rows);
  const shape = [rows, outputs];
  const sum = scratch.take(binary(machine, 'add', scratch.view(carried, shape), { ...output, shape }, shape));
  const gradient = lengths ? clearEnded(scratch, sum, lengths, time, batch, outputs) : sum;
  const projected = scratch.view(spreadSteps(sequence, gates, form.projected), [rows, hidden]);
  return scratch.take(matMul(machine, scratch.view(gradient, shape), projected, sumRows));
}

/** The sums over all rows of the last gate's gradient, which is the last part of [rows, gates * hidden]. */
function biasGradient({ form, scratch, time, batch, hidden }: Sequence, gradient: Block): GpujsStorage {
  const rows = time * batch;
  const { machine } = scratch;
  const all = scratch.view(gradient, [rows, form.gates, hidden]);
  const own = scratch.take(slice(machine, all, [0, form.gates - 1, 0], [rows, 1, hidden], [1, 1, 1]));
  return reduce(machine, 'sum', scratch.view(own, [rows, hidden]), [0]);
}
