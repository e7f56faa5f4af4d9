import { select, slice } from '@sluice/autograd';
import type { Device, Lengths, Shape, Tensor } from '@sluice/core';
import { type StepMasks, splitSteps } from './time-loop.ts';

/** A stretch of time steps of a batch whose rows may end within it or before. */
export interface Stretch {
  /** Its first step. */
  readonly from: number;
  /** The step behind its last one. */
  readonly to: number;
  /** The steps that each row has in it, unless all rows have all. */
  readonly rows: readonly number[] | undefined;
  /** True where a row has a step, for each step; made at every call. */
  readonly masks: () => StepMasks | undefined;
  /** Sets [to - from, batch, n] to 0 where a row has no step, so that nothing in there, not even NaN, has an effect. */
  readonly clear: (x: Tensor) => Tensor;
  /** `next` [batch, n] in the rows that have steps here, `last` in the others. */
  readonly keepIdle: (next: Tensor, last: Tensor) => Tensor;
}

/** The stretch of the steps `from` to `to` - 1; nothing to mask where all rows have all of them, as without lengths. */
export function stretchOf(
  device: Device,
  batch: number,
  lengths: Lengths | undefined,
  from: number,
  to: number,
): Stretch {
  const steps = to - from;
  const rows = Array.from(lengths ?? [], (length) => Math.min(Math.max(length - from, 0), steps));
  // Without any step, rows of length 0 are whole, and still end in zeros.
  if (rows.every((length) => length === steps && steps > 0)) {
    return { from, to, rows: undefined, masks: () => undefined, clear: (x) => x, keepIdle: (next) => next };
  }
  const mask = () => {
    const bits = new Uint8Array(steps * batch);
    for (const [row, length] of rows.entries()) for (let t = 0; t < length; t++) bits[t * batch + row] = 1;
    return device.tensor(bits, { shape: [steps, batch, 1], dtype: 'bool' });
  };
  const common = rows.reduce((least, length) => Math.min(least, length), steps);
  return {
    ...{ from, to, rows },
    masks: () => splitSteps(mask(), steps, batch).map((part, t) => (t < common ? undefined : part)),
    clear: (x) => select(mask(), x, 0),
    keepIdle: (next, last) => select(rowsWhere(device, rows), next, last),
  };
}

/** The length of the longest row: later steps concern none. */
export function longestOf(lengths: Lengths | undefined, time: number): number {
  if (lengths === undefined || lengths.length === 0) return time;
  let longest = 0;
  for (const length of lengths) longest = Math.max(longest, length);
  return longest;
}

/** The steps `from` to `to` - 1 of [time, ...]. */
export function stepsOf(x: Tensor, { from, to }: Pick<Stretch, 'from' | 'to'>, axis = 0): Tensor {
  return from === 0 && to === x.shape[axis] ? x : slice(x, axis, { start: from, end: to });
}

/** Sets a state [..., batch, n] to 0 in the rows of length 0. */
export function clearEmptyRows(state: Tensor, lengths: Lengths): Tensor {
  return lengths.includes(0) ? select(rowsWhere(state.device, lengths), state, 0) : state;
}

/** [batch, 1], true where a row has any step. */
function rowsWhere(device: Device, lengths: Lengths): Tensor {
  const shape: Shape = [lengths.length, 1];
  return device.tensor(
    Uint8Array.from(lengths, (length) => (length > 0 ? 1 : 0)),
    { shape, dtype: 'bool' },
  );
}
