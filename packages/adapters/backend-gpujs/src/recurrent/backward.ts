import type { Operand, SequenceGradients } from '@sluice/core';
import { fill } from '../kernels/move.ts';
import { reduce } from '../kernels/reduce.ts';
import { type Block, blockOf, type GpujsStorage } from '../storage.ts';
import { clearEnded, join, spread, weightProduct } from './blocks.ts';
import { type Stage, wholeStep } from './cells.ts';
import type { Inputs, Sequence } from './sequence.ts';

interface Given {
  readonly output: Operand<GpujsStorage>;
  readonly states: readonly Operand<GpujsStorage>[];
}

/** What `runForward` saved, step by step. */
interface Saved {
  readonly after: readonly Block[];
  /** Empty where the cell has none, or where they are computed again. */
  readonly gates: readonly Block[];
  readonly weight: Block;
}

function unpack({ time }: Sequence, { parts }: GpujsStorage): Saved {
  return {
    after: parts.slice(0, time),
    gates: parts.slice(time, parts.length - 1),
    weight: parts[parts.length - 1],
  };
}

export function runBackward(
  sequence: Sequence,
  inputs: Inputs,
  saved: GpujsStorage,
  given: Given,
): SequenceGradients<GpujsStorage> {
  const { form, scratch, size, time, batch, hidden, lengths } = sequence;
  const { machine } = scratch;
  const zeros = (count: number) => fill(machine, count, 0, 'float32');
  const weightSize = form.gates * hidden * hidden;
  if (size === 0) {
    return {
      projected: zeros(0),
      weight: zeros(weightSize),
      ...(inputs.resetBias && { resetBias: zeros(hidden) }),
      states: form.states.map(() => zeros(0)),
    };
  }
  const { after, gates, weight } = unpack(sequence, saved);
  const before = statesBefore(sequence, inputs, after);
  const last = time > 0 ? join(scratch, before, size, form.states[0]) : undefined;
  const again =
    form.open && last && wholeStep(form) ? gatesAgain(sequence, form.open, inputs, last, weight) : undefined;
  const output = time > 0 ? blockOf(given.output) : undefined;
  const gradients = new Array<Block>(time);
  let carry = sequence.joinStates(given.states);
  for (const t of sequence.steps.toReversed()) {
    const ofGates = again ? { gates: again, gatesStart: t * size } : { gates: gates[t] };
    const blocks = { ...ofGates, last: before[t], after: after[t], carry, output };
    let gradient: Block | undefined;
    for (const [i, stage] of form.gradients.entries()) {
      const next = sequence.launch(`gradient ${i}`, stage, 'zeros', t, { ...blocks, gradient }, weight);
      if (gradient) scratch.free(gradient);
      gradient = next;
    }
    gradients[t] = gradient as Block;
    const next = sequence.launch('carry', form.carry, 'carry', t, { ...blocks, gradient }, weight);
    scratch.free(carry);
    carry = next;
  }
  const states = form.states.map((component) => {
    const state = spread(scratch, carry, 1, size, [component]);
    return lengths ? clearEnded(scratch, state, lengths, size, hidden, batch) : state;
  });
  const give = () => states.map((state) => scratch.give(state, size));
  if (!last) {
    const resetBias = inputs.resetBias && zeros(hidden);
    return { projected: zeros(0), weight: zeros(weightSize), ...(resetBias && { resetBias }), states: give() };
  }
  const rows = time * batch;
  const joined = join(scratch, gradients, size);
  const middle = form.middle === undefined ? undefined : join(scratch, gates, size, form.middle);
  const product = weightProduct(scratch, form, joined, last, middle, rows, hidden);
  const separate = (block: Block, outer: number, inner: number, components: readonly number[]) =>
    block.width === 1 ? block : spread(scratch, block, outer, inner, components);
  const ofWeight = separate(product, 1, hidden * hidden, form.productGradients);
  const ofProjected = separate(joined, rows, hidden, form.projectedGradients);
  const resetBias = inputs.resetBias && biasGradient(sequence, joined);
  // Nothing can fail from here on.
  return {
    projected: scratch.give(ofProjected, rows * hidden * form.gates),
    weight: scratch.give(ofWeight, weightSize),
    ...(resetBias && { resetBias }),
    states: give(),
  };
}

/** The gates of all steps, from the output states before them. */
function gatesAgain(sequence: Sequence, open: Stage, inputs: Inputs, last: Block, weight: Block): Block {
  const blocks = { last, projected: blockOf(inputs.projected), bias: sequence.biasOf(inputs) };
  return sequence.launchAll('gates', open, blocks, weight);
}

/** The states that each step began with. */
function statesBefore(sequence: Sequence, inputs: Inputs, after: readonly Block[]): readonly Block[] {
  const before = new Array<Block>(after.length);
  let last = sequence.joinStates(inputs.states);
  for (const t of sequence.steps) {
    before[t] = last;
    last = after[t];
  }
  return before;
}

/** The sums of the last gate's gradient over all rows. */
function biasGradient({ form, scratch, time, batch, hidden }: Sequence, gradient: Block): GpujsStorage {
  const rows = time * batch;
  const component = form.productGradients[form.productGradients.length - 1];
  const own = scratch.give(spread(scratch, gradient, 1, rows * hidden, [component]), rows * hidden);
  const sums = reduce(scratch.machine, 'sum', { storage: own, shape: [rows, hidden], dtype: 'float32' }, [0]);
  scratch.machine.free(own);
  return sums;
}
