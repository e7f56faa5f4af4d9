import { concat, reshape, select, split } from '@sluice/autograd';
import type { Tensor } from '@sluice/core';
import { checkExactShape } from '../checks.ts';
import { type CellState, checkState, mapSizes, type RecurrentCell } from './cell.ts';

/** For each time step [batch, 1], true where the row has not ended; `undefined` for steps that all rows have. */
export type StepMasks = readonly (Tensor | undefined)[];

/**
 * Runs a cell over time.
 *
 * Rows that a mask excludes keep their state: those that have ended going forwards, and going backwards those that have not begun, so each row
 * starts at its own end.
 * @param x [time, batch, inputSize], time at least 1
 * @param initial tensors [batch, size]
 * @param masks one per time step, if there are any
 * @returns `output` [time, batch, size of hidden] in the order of x, and the state after the last step
 */
export function runCell<State extends CellState>(
  operation: string,
  cell: RecurrentCell<State>,
  x: Tensor,
  initial: State,
  masks: StepMasks | undefined,
  backwards: boolean,
): { output: Tensor; state: State } {
  const [time, batch] = x.shape;
  const { projected, step } = cell.prepare(x);
  checkExactShape(operation, 'projected', projected, [time, batch, ...projected.shape.slice(2)]);
  const inputs = splitSteps(projected, time, batch);
  const outputs = new Array<Tensor>(time);
  let state = initial;
  for (let k = 0; k < time; k++) {
    const t = backwards ? time - 1 - k : k;
    const last = state;
    const mask = masks?.[t];
    state = x.device.scope(() => {
      const next = step(inputs[t], last);
      if (k === 0) checkState(operation, next, cell.stateSizes, [batch], x);
      return (mask ? keepEnded(cell, mask, next, last) : next) as never;
    });
    outputs[t] = state.hidden;
  }
  return { output: joinSteps(outputs, time, batch), state };
}

function keepEnded<State extends CellState>(cell: RecurrentCell<State>, mask: Tensor, next: State, last: State): State {
  return mapSizes(cell.stateSizes, (name) => select(mask, next[name] as Tensor, last[name] as Tensor));
}

/** [time, batch, ...] as `time` tensors [batch, ...]; one operation, so that its gradient takes linear time. */
export function splitSteps(x: Tensor, time: number, batch: number): readonly Tensor[] {
  return split(reshape(x, [time * batch, ...x.shape.slice(2)]), time);
}

function joinSteps(steps: readonly Tensor[], time: number, batch: number): Tensor {
  return reshape(concat(steps), [time, batch, ...steps[0].shape.slice(1)]);
}
