import {
  checkGiven,
  checkTensors,
  checkValue,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  readOptions,
  refuse,
  type Shape,
  ShapeError,
  type Tensor,
} from '@sluice/core';
import { defineOp, type Op } from '../define-op.ts';

type Numbers = readonly number[];

/** Elements `starts + i * steps`, i below `sizes`, per axis. */
const strided: Op<[x: Tensor, starts: Numbers, sizes: Numbers, steps: Numbers], Tensor> = defineOp({
  name: 'slice',
  forward: (x, starts, sizes, steps) =>
    x.device.execute('slice', [x], sizes, x.dtype, (backend, [operand]) =>
      backend.slice(operand!, starts, sizes, steps),
    ),
  backward: (dy, _y, x, starts, _sizes, steps) => [() => embed(dy, x.shape, starts, steps, 0)],
});

/** `x` written at `starts + i * steps` into an array of `shape` full of `value`. */
const embed: Op<[x: Tensor, shape: Shape, starts: Numbers, steps: Numbers, value: number], Tensor> = defineOp({
  name: 'pad',
  forward: (x, shape, starts, steps, value) =>
    x.device.execute('pad', [x], shape, x.dtype, (backend, [operand]) =>
      backend.pad(operand!, shape, starts, steps, value),
    ),
  backward: (dy, _y, x, _shape, starts, steps) => [() => strided(dy, starts, x.shape, steps)],
});

export interface SliceOptions {
  /** First element; negative counts from the end. Default 0. */
  readonly start?: number | undefined;
  /** One past the last element; negative counts from the end. Default the length of the axis. */
  readonly end?: number | undefined;
  /** Take every step-th element; at least 1. Default 1. */
  readonly step?: number | undefined;
}

/**
 * A part of one axis.
 * @example
 * slice(x, 0, { start: 2, end: 5 });   // x[2], x[3], x[4]
 * slice(x, 1, { start: -1 });          // the last column
 * @throws ShapeError when the range lies outside the axis; OptionError when the step is below 1
 */
export function slice(x: Tensor, axis: number, options?: SliceOptions): Tensor {
  checkTensors('slice', { x });
  const at = normalizeAxis('slice', axis, x.rank);
  const length = x.shape[at] as number;
  const { start, end, step } = readOptions('slice', options, { start: 0, end: length, step: 1 });
  const from = start < 0 ? start + length : start;
  const to = end < 0 ? end + length : end;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > length || from > to) {
    refuse(
      ShapeError,
      'slice',
      'range',
      `is ${start} to ${end}`,
      `a range within the ${length} elements of axis ${at} of ${formatShape(x.shape)}`,
    );
  }
  checkGiven(Number.isInteger(step) && step > 0, 'slice', 'step', step, 'a whole number of at least 1 (flip reverses)');
  return sliceOf(x, at, from, Math.ceil((to - from) / step), step);
}

/** `size` elements of an axis, within bounds, as `slice` takes them. */
export function sliceOf(x: Tensor, axis: number, start: number, size: number, step = 1): Tensor {
  const starts = x.shape.map(() => 0).with(axis, start);
  return strided(x, starts, x.shape.with(axis, size), x.shape.map(() => 1).with(axis, step));
}

/** Reverses the order along the axes; default all. */
export function flip(x: Tensor, axes?: number | Numbers): Tensor {
  checkTensors('flip', { x });
  const list = normalizeAxes('flip', axes, x.rank);
  const starts = x.shape.map((length, axis) => (list.includes(axis) ? Math.max(length - 1, 0) : 0));
  const steps = x.shape.map((_, axis) => (list.includes(axis) ? -1 : 1));
  return strided(x, starts, x.shape, steps);
}

/**
 * Adds elements around: `widths[axis]` is [before, after].
 * @param value the new elements. Default 0.
 * @throws ShapeError unless there is one pair of whole numbers of at least 0 per axis; DTypeError when the value does not fit
 */
export function pad(x: Tensor, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
  checkTensors('pad', { x });
  if (
    !Array.isArray(widths) ||
    widths.length !== x.rank ||
    !widths.flat().every((width) => Number.isInteger(width) && width >= 0)
  ) {
    refuse(
      ShapeError,
      'pad',
      'widths',
      `are ${JSON.stringify(widths)}`,
      `a pair of whole numbers of at least 0 for each axis of ${formatShape(x.shape)}`,
    );
  }
  checkValue('pad', 'value', value, x.dtype);
  const shape = x.shape.map((length, axis) => length + widths[axis]![0] + widths[axis]![1]);
  const starts = widths.map(([before]) => before);
  return embed(
    x,
    shape,
    starts,
    x.shape.map(() => 1),
    value,
  );
}
