import type { FusedCell, RecurrentKernels, SequenceOptions } from '@sluice/core';
import type { Machine } from '../machine.ts';
import type { GpujsStorage } from '../storage.ts';
import { runBackward } from './backward.ts';
import { nameOf } from './cells.ts';
import { runForward } from './forward.ts';
import { Scratch } from './scratch.ts';
import { type Inputs, Sequence } from './sequence.ts';

/** Whole sequences in one call: a few launches a step, the gates of a unit in one texel. */
export function recurrentKernels(machine: Machine): RecurrentKernels<GpujsStorage> {
  const run = <T>(cell: FusedCell, inputs: Inputs, options: SequenceOptions, work: (sequence: Sequence) => T): T => {
    const scratch = new Scratch(machine);
    try {
      return work(new Sequence(scratch, cell, inputs, options));
    } finally {
      scratch.end();
    }
  };
  return {
    supports: (cell) => nameOf(cell) !== undefined && cell.dtype === 'float32',
    forward: (cell, inputs, options) =>
      run(cell, inputs, options, (sequence) => runForward(sequence, inputs, options.save)),
    backward: (cell, inputs, saved, gradients, options) =>
      run(cell, inputs, options, (sequence) => runBackward(sequence, inputs, saved, gradients)),
  };
}
