import {
  type FusedCell,
  isKnownCell,
  type RecurrentKernels,
  readOptions,
  required,
  type SequenceOptions,
} from '@sluice/core';
import type { Machine } from '../machine.ts';
import type { GpujsStorage } from '../storage.ts';
import { runBackward } from './backward.ts';
import { formOf, nameOf } from './cells.ts';
import { runForward } from './forward.ts';
import { Scratch } from './scratch.ts';
import { type Inputs, Sequence } from './sequence.ts';
import { mostReads } from './stage-source.ts';

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
    supports(cell) {
      const name = nameOf(cell);
      // WebGL 1 promises no more than 8 textures.
      return (
        isKnownCell(cell) &&
        cell.dtype === 'float32' &&
        name !== undefined &&
        mostReads(formOf(name)) <= machine.launcher.mostBlocks
      );
    },
    forward(cell, inputs, given) {
      const options = readOptions('recurrent.forward', given, {
        reverse: required,
        lengths: undefined,
        save: required,
      });
      return run(cell, inputs, options, (sequence) => runForward(sequence, inputs, options.save));
    },
    backward(cell, inputs, saved, gradients, given) {
      const options = readOptions('recurrent.backward', given, { reverse: required, lengths: undefined });
      return run(cell, inputs, options, (sequence) => runBackward(sequence, inputs, saved, gradients));
    },
  };
}
