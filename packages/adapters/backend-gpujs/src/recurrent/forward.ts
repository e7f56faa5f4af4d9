import type { SequenceOutputs } from '@sluice/core';
import { type Block, blockOf, type GpujsStorage } from '../storage.ts';
import { type Bundle, clearEnded, component, join, spreadRows } from './blocks.ts';
import { wholeStep } from './cells.ts';
import type { Inputs, Sequence } from './sequence.ts';

/** Saves the states and the gates of each step. */
export function runForward(sequence: Sequence, inputs: Inputs, save: boolean): SequenceOutputs<GpujsStorage> {
  const { form, scratch, size, time, batch, widths, outputs, lengths } = sequence;
  const { machine } = scratch;
  const empty = () => machine.adopt('float32', 0, undefined);
  if (size === 0) return { output: empty(), states: form.states.map(empty), saved: save ? empty() : undefined };
  const weights = sequence.packWeights(inputs);
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
      const made = sequence.launch(save ? 'whole and gates' : 'whole', whole, 'last', t, blocks, weights);
      after[t] = made.slice(0, form.state.length);
      if (save) gates[t] = made.slice(form.state.length);
    } else {
      if (form.open) gates[t] = sequence.launch('open', form.open, 'zeros', t, blocks, weights);
      after[t] = sequence.launch('step', form.step, 'last', t, { ...blocks, gates: gates[t] }, weights);
    }
    last = after[t];
  }
  const ended = (array: Block, steps: number, width: number) =>
    lengths ? clearEnded(scratch, array, lengths, steps, batch, width) : array;
  const joined = time > 0 ? join(scratch, component(after, form.states[0]!), sequence.texels) : undefined;
  const rows = time * batch;
  const output = joined && ended(sequence.toOutputs(spreadRows(scratch, [joined], sequence), rows), time, outputs);
  const states = sequence.spreadStates(last).map((state, i) => ended(state, 1, widths[i]!));
  const all = [[first], after, gates, [[weights.gates, weights.projection]]];
  const parts = all.flat(2).filter((block) => block !== undefined);
  // Nothing can fail from here on.
  return {
    output: output ? scratch.give(output, rows * outputs) : empty(),
    states: states.map((state, i) => scratch.give(state, batch * widths[i]!)),
    saved: save ? scratch.giveParts(parts) : undefined,
  };
}
