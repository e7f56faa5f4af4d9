import {
  checkTensor,
  checkTensors,
  formatShape,
  given,
  hasShape,
  kindOf,
  normalizeAxis,
  OptionError,
  refuse,
  ShapeError,
  sameShape,
  type Tensor,
} from '@sluice/core';
import { defineOp } from '../define-op.ts';
import { expandAxis, squeezeAxis } from './shape.ts';
import { sliceOf } from './slice.ts';
import { checkSameDType } from './support.ts';

const concatOp = defineOp({
  name: 'concat',
  forward: (xs: readonly Tensor[], axis: number) => {
    const [first] = xs as [Tensor];
    const length = xs.reduce((total, x) => total + (x.shape[axis] as number), 0);
    return first.device.execute('concat', xs, first.shape.with(axis, length), first.dtype, (backend, operands) =>
      backend.concat(operands, axis),
    );
  },
  backward: (dy, _y, xs, axis) => {
    let start = 0;
    return xs.map((x) => {
      const from = start;
      start += x.shape[axis] as number;
      return () => sliceOf(dy, axis, from, x.shape[axis]!);
    });
  },
});

/**
 * Joins tensors along an existing axis; one tensor is returned as it is.
 * @throws OptionError for no tensors; ShapeError when another axis differs; DTypeError when dtypes differ
 */
export function concat(xs: readonly Tensor[], axis = 0): Tensor {
  const first = checkAlike('concat', xs);
  const at = normalizeAxis('concat', axis, first.rank);
  xs.forEach((x, i) => {
    if (x.rank !== first.rank || !sameShape(x.shape.toSpliced(at, 1), first.shape.toSpliced(at, 1))) {
      refuse(ShapeError, 'concat', `xs[${i}]`, hasShape(x), `${formatShape(first.shape)} but for axis ${at}, as xs[0]`);
    }
  });
  return xs.length === 1 ? first : concatOp(xs, at);
}

/**
 * Joins tensors of one shape along a new axis.
 * @throws OptionError for no tensors; ShapeError when shapes differ; DTypeError when dtypes differ
 */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  const first = checkAlike('stack', xs);
  const at = normalizeAxis('stack', axis, first.rank + 1);
  for (const [i, x] of xs.entries()) checkTensor('stack', `xs[${i}]`, x, first);
  return concat(
    xs.map((x) => expandAxis(x, at)),
    at,
  );
}

function checkAlike(operation: string, xs: readonly Tensor[]): Tensor {
  if (!Array.isArray(xs) || xs.length === 0) {
    refuse(
      OptionError,
      operation,
      'xs',
      `is ${Array.isArray(xs) ? 'empty' : kindOf(xs)}`,
      'at least one tensor, in an array',
    );
  }
  checkTensors(operation, Object.fromEntries(xs.map((x, i) => [`xs[${i}]`, x])));
  const [first] = xs as [Tensor];
  for (const x of xs) checkSameDType(operation, first, x);
  return first;
}

const splitOp = defineOp<[x: Tensor, axis: number, sizes: readonly number[]], readonly Tensor[]>({
  name: 'split',
  forward: (x, axis, sizes) => {
    let start = 0;
    return sizes.map((size) => {
      start += size;
      return sliceOf(x, axis, start - size, size);
    });
  },
  backward: (gradients, _parts, _x, axis) => [() => concat(gradients, axis)],
});

/**
 * Cuts an axis into consecutive parts: into `parts` equal ones, or ones of the given sizes.
 * @throws ShapeError when the sizes do not add up to the axis
 */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): readonly Tensor[] {
  checkTensors('split', { x });
  const at = normalizeAxis('split', axis, x.rank);
  const length = x.shape[at] as number;
  const sizes = Array.isArray(parts) ? (parts as readonly number[]) : evenSizes(length, parts as number);
  const valid = sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size >= 0);
  if (!valid || sizes.reduce((total, size) => total + size, 0) !== length) {
    refuse(
      ShapeError,
      'split',
      'parts',
      Array.isArray(parts) ? `are ${formatShape(sizes)}` : given(parts),
      `whole sizes that add up to ${length}, axis ${at} of ${formatShape(x.shape)}`,
    );
  }
  return splitOp(x, at, sizes);
}

/** Empty when they are not even. */
function evenSizes(length: number, parts: number): number[] {
  const even = Number.isInteger(parts) && parts > 0 && length % parts === 0;
  return even ? new Array<number>(parts).fill(length / parts) : [];
}

/** Takes an axis apart: as many tensors as it is long, without the axis. */
export function unstack(x: Tensor, axis = 0): readonly Tensor[] {
  checkTensors('unstack', { x });
  const at = normalizeAxis('unstack', axis, x.rank);
  if (x.shape[at] === 0) return [];
  return split(x, x.shape[at] as number, at).map((part) => squeezeAxis(part, at));
}
