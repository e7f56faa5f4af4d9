import { pad, select, slice } from '@sluice/autograd';
import type { Lengths, Shape, Tensor } from '@sluice/core';
import { type StepMasks, splitSteps } from './time-loop.ts';

/** The lengths of the rows of a batch, as the time loop needs them. */
export interface LengthMasks {
  /** The longest length: later steps concern no row. */
  readonly steps: number;
  /** The lengths, unless all rows have `steps`. */
  readonly rows: readonly number[] | undefined;
  /** Made at the first call. */
  readonly masks: () => StepMasks | undefined;
  /** Cuts [time, batch, n] to `steps` and sets what no row reaches to 0, so that nothing in there, not even NaN, has an effect. */
  readonly cut: (x: Tensor) => Tensor;
  /** Sets a state [..., batch, n] to 0 in the rows of length 0. */
  readonly clear: (state: Tensor) => Tensor;
  /** Back to `time` steps, with zeros beyond each row's end. */
  readonly restore: (output: Tensor) => Tensor;
}

/** Masks on the device of `x` [time, batch, n]; nothing to do where all rows are complete. */
export function maskLengths(x: Tensor, lengths: Lengths | undefined): LengthMasks {
  const [time, batch] = x.shape;
  const unchanged = (tensor: Tensor) => tensor;
  const none = { rows: undefined, masks: () => undefined };
  const whole = { ...none, steps: time!, cut: unchanged, clear: unchanged, restore: unchanged };
  if (lengths === undefined || batch === 0) return whole;
  let [steps, common] = [0, time];
  for (const length of lengths) {
    steps = Math.max(steps, length);
    common = Math.min(common!, length);
  }
  // Without any step, rows of length 0 are whole, and still end in zeros.
  if (common === time && time! > 0) return whole;
  const shorten = (tensor: Tensor) => (steps < time! ? slice(tensor, 0, { end: steps }) : tensor);
  const lengthen = (tensor: Tensor) =>
    pad(tensor, [[0, time! - tensor.shape[0]!], ...tensor.shape.slice(1).map(() => [0, 0] as const)]);
  const bitsWhere = (count: number, test: (at: number) => boolean, shape: Shape) =>
    x.device.tensor(
      Array.from({ length: count }, (_, at) => test(at)),
      { shape, dtype: 'bool' },
    );
  const clear = (state: Tensor) =>
    common! > 0
      ? state
      : select(
          bitsWhere(batch!, (row) => lengths[row]! > 0, [batch!, 1]),
          state,
          0,
        );
  if (common === steps) return { ...none, steps, cut: shorten, clear, restore: lengthen };
  const mask = bitsWhere(steps * batch!, (at) => Math.floor(at / batch!) < lengths[at % batch!]!, [steps, batch!, 1]);
  let masks: StepMasks | undefined;
  return {
    steps,
    rows: Array.from(lengths),
    masks: () => {
      masks ??= splitSteps(mask, steps, batch!).map((part, t) => (t < common! ? undefined : part));
      return masks;
    },
    cut: (tensor) => select(mask, shorten(tensor), 0),
    clear,
    restore: (output) => lengthen(select(mask, output, 0)),
  };
}
