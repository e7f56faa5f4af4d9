import type { SequenceOutputs } from '@sluice/core';
import { type Block, blockOf, type GpujsStorage } from '../storage.ts';
import { clearEnded, join, spread } from './blocks.ts';
import { wholeStep } from './cells.ts';
import type { Inputs, Sequence } from './sequence.ts';

/** Saves the states of each step and, where they cannot be computed for all steps at once, the gates. */
export function runForward(sequence: Sequence, inputs: Inputs, save: boolean): SequenceOutputs<GpujsStorage> {
  const { form, scratch, size, time, batch, hidden, lengths } = sequence;
  const { machine } = scratch;
  const empty = () => machine.adopt('float32', 0, undefined);
  if (size === 0) return { output: empty(), states: form.states.map(empty), saved: save ? empty() : undefined };
  const weight = sequence.packWeight(inputs.weight);
  const projected = time > 0 ? blockOf(inputs.projected) : undefined;
  const bias = sequence.biasOf(inputs);
  const whole = wholeStep(form);
  const gates: Block[] = [];
  const after = new Array<Block>(time);
  let last = sequence.joinStates(inputs.states);
  for (const t of sequence.steps) {
    const blocks = { last, projected, bias };
    if (whole) {
      after[t] = sequence.launch('whole', whole, 'last', t, blocks, weight);
    } else {
      if (form.open) gates[t] = sequence.launch('open', form.open, 'zeros', t, blocks, weight);
      after[t] = sequence.launch('step', form.step, 'last', t, { ...blocks, gates: gates[t] }, weight);
    }
    last = after[t];
  }
  const ended = (block: Block, steps: number) =>
    lengths ? clearEnded(scratch, block, lengths, steps * size, hidden, batch) : block;
  const output = time > 0 ? ended(join(scratch, after, size, form.states[0]), time) : undefined;
  const states = form.states.map((component) => ended(spread(scratch, last, 1, size, [component]), 1));
  // Nothing can fail from here on.
  return {
    output: output ? scratch.give(output, time * size) : empty(),
    states: states.map((state) => scratch.give(state, size)),
    saved: save ? scratch.giveParts([...after, ...gates, weight]) : undefined,
  };
}
