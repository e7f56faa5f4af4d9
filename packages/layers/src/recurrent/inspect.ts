import { OptionError, refuse, type Tensor } from '@sluice/core';
import type { Activations } from './cell.ts';
import { joinSteps } from './time-loop.ts';

/** What one cell of a recurrent layer computed over a sequence. */
export interface Inspection {
  /** From 0, the one that reads x. */
  readonly layer: number;
  readonly direction: 'forward' | 'backward';
  /**
   * Each [batch, time, size], 0 beyond a row's length. LSTM: `input`, `forget`, `candidate`, `output`, `cell`, `hidden`; GRU: `reset`, `update`,
   * `candidate`, `hidden`; RNN: `hidden`; the names of its cell's gates and states for any other.
   */
  readonly activations: Readonly<Record<string, Tensor>>;
}

/**
 * The traces of all time steps as sequences.
 * @param finish orders [time, batch, size] as activations are, with zeros beyond the lengths
 * @throws OptionError when there is no time step
 */
export function joinTrace(
  operation: string,
  trace: readonly Activations[],
  finish: (joined: Tensor) => Tensor,
): Activations {
  const [first] = trace;
  if (first === undefined) {
    refuse(OptionError, operation, 'x', 'has no time step within the lengths', 'at least one to inspect');
  }
  const join = (name: string) => {
    const steps = trace.map((activations) => activations[name]!);
    return finish(joinSteps(steps, steps.length, steps[0]!.shape[0]!));
  };
  return Object.fromEntries(Object.keys(first).map((name) => [name, join(name)]));
}
