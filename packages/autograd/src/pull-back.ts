import type { Tensor } from '@sluice/core';
import { backpropagate } from './backpropagate.ts';
import { Tape, withRecorder } from './tape.ts';

/** A tape that operations on it can ask for gradients of others. */
export class GradientTape extends Tape {
  pullBack(compute: () => readonly Tensor[], gradients: readonly Tensor[], targets: readonly Tensor[]): Tensor[] {
    return pullBack(compute, gradients, targets);
  }
}

/** Runs `compute` on a tape of its own, and returns the gradients of `targets` from those of its outputs. */
export function pullBack(
  compute: () => readonly Tensor[],
  gradients: readonly Tensor[],
  targets: readonly Tensor[],
): Tensor[] {
  const { device } = targets[0] as Tensor;
  const tape = new GradientTape(targets);
  const outputs = withRecorder(device, tape, compute);
  return device.scope(() => backpropagate(device, tape, outputs, gradients, targets));
}
