import { concat, reshape, select, split } from '@sluice/autograd';
import { checkTensor, type Tensor } from '@sluice/core';
import { type Activations, type CellState, checkState, type FusedForm, mapSizes, type RecurrentCell } from './cell.ts';
import { type CellRun, fusedKernels, runFused, runInference } from './fused.ts';
import type { Stretch } from './lengths.ts';

/** For each time step [batch, 1], true where the row has not ended; `undefined` for steps that all rows have. */
export type StepMasks = readonly (Tensor | undefined)[];

/**
 * Runs a cell over time: in one fused operation where the backend has it, else step by step.
 *
 * Rows keep their state where they have no step: those that have ended going forwards, and going backwards those that have not begun, so each row
 * starts at its own end.
 * @param x [time, batch, inputSize], time at least 1
 * @param initial tensors [batch, size]; zeros in the rows of length 0
 * @returns `output` [time, batch, size of hidden] in the order of x, of which only what lies within the lengths means anything, and the state after
 * the last step
 * @param trace where it is given, it takes the gates and the states of each time step, and the run is step by step; only what lies within the lengths
 * means anything
 * @param form where it is given, kernels run the cell from its input on
 */
export function runCell<State extends CellState>(
  operation: string,
  cell: RecurrentCell<State>,
  x: Tensor,
  initial: State,
  lengths: Pick<Stretch, 'rows' | 'masks'>,
  backwards: boolean,
  trace?: Activations[],
  form?: FusedForm,
): CellRun<State> {
  if (form) return runInference(form, { cell, x, initial, reverse: backwards, lengths: lengths.rows });
  const [time, batch] = x.shape;
  const { projected, step, fused } = cell.prepare(x);
  checkTensor(operation, 'projected', projected);
  checkTensor(operation, 'projected', projected, { shape: [time!, batch!, ...projected.shape.slice(2)] });
  const composed = (): CellRun<State> => {
    const inputs = splitSteps(projected, time!, batch!);
    const masks = lengths.masks();
    const outputs = new Array<Tensor>(time!);
    let state = initial;
    for (let k = 0; k < time!; k++) {
      const t = backwards ? time! - 1 - k : k;
      const last = state;
      const mask = masks?.[t];
      let gates: Activations = {};
      const observe =
        trace &&
        ((seen: Activations) => {
          gates = seen;
        });
      [state, gates] = x.device.scope((): [State, Activations] => {
        const next = step(inputs[t]!, last, observe);
        if (k === 0) checkState(operation, next, cell.stateSizes, [batch!], x);
        return [mask ? keepEnded(cell, mask, next, last) : next, gates];
      });
      outputs[t] = state.hidden;
      if (trace) trace[t] = { ...gates, ...state };
    }
    return { output: joinSteps(outputs, time!, batch!), state };
  };
  const kernels = fused && fusedKernels(x.device, fused.cell);
  if (!fused || !kernels || trace) return composed();
  return runFused(kernels, { cell, projected, fused, initial, reverse: backwards, lengths: lengths.rows, composed });
}

function keepEnded<State extends CellState>(cell: RecurrentCell<State>, mask: Tensor, next: State, last: State): State {
  return mapSizes(cell.stateSizes, (name) => select(mask, next[name] as Tensor, last[name] as Tensor));
}

/** [time, batch, ...] as `time` tensors [batch, ...]; one operation, so that its gradient takes linear time. */
export function splitSteps(x: Tensor, time: number, batch: number): readonly Tensor[] {
  return split(reshape(x, [time * batch, ...x.shape.slice(2)]), time);
}

export function joinSteps(steps: readonly Tensor[], time: number, batch: number): Tensor {
  return reshape(concat(steps), [time, batch, ...steps[0]!.shape.slice(1)]);
}
