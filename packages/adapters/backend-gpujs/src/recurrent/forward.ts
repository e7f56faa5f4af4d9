import type { SequenceOutputs } from '@sluice/core';
import { type Block, blockOf, type GpujsStorage } from '../storage.ts';
import { type Bundle, clearEnded, component, join, spreadRows } from './blocks.ts';
import { wholeStep } from './cells.ts';
import type { Inputs, Sequence } from './sequence.ts';

/** Saves the states and the gates of each step. */
export function runForward(sequence: Sequence, inputs: Inputs, save: boolean): SequenceOutputs<GpujsStorage> {
  const { form, scratch, size, time, batch, hidden, lengths } = sequence;
  const { machine } = scratch;
  const empty = () => machine.adopt('float32', 0, undefined);
  if (size === 0) return { output: empty(), states: form.states.map(empty), saved: save ? empty() : undefined };
  const weight = sequence.packWeight(inputs.weight);
  const projected = time > 0 ? [blockOf(inputs.projected)] : undefined;
  const bias = [sequence.biasOf(inputs)];
  const whole = wholeStep(form, save);
  const gates: Bundle[] = [];
  const after = new Array<Bundle>(time);
  const first = sequence.joinStates(inputs.states);
  let last = first;
  for (const t of sequence.steps) {
    const blocks = { last, projected, bias };
    if (whole) {
      const made = sequence.launch(save ? 'whole and gates' : 'whole', whole, 'last', t, blocks, weight);
      after[t] = made.slice(0, form.state.length);
      if (save) gates[t] = made.slice(form.state.length);
    } else {
      if (form.open) gates[t] = sequence.launch('open', form.open, 'zeros', t, blocks, weight);
      after[t] = sequence.launch('step', form.step, 'last', t, { ...blocks, gates: gates[t] }, weight);
    }
    last = after[t];
  }
  const ended = (array: Block, steps: number) =>
    lengths ? clearEnded(scratch, array, lengths, steps * size, hidden, batch) : array;
  const joined = time > 0 ? join(scratch, component(after, form.states[0]), sequence.texels) : undefined;
  const output = joined && ended(spreadRows(scratch, [joined], sequence), time);
  const states = sequence.spreadStates(last).map((state) => ended(state, 1));
  const parts = [[first], after, gates].flat(2).filter((block) => block !== undefined);
  // Nothing can fail from here on.
  return {
    output: output ? scratch.give(output, time * size) : empty(),
    states: states.map((state) => scratch.give(state, size)),
    saved: save ? scratch.giveParts([...parts, weight]) : undefined,
  };
}
