import {
  broadcastShapes,
  checkShape,
  checkTensors,
  formatShape,
  hasShape,
  normalizeAxis,
  refuse,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
  type Tensor,
} from '@sluice/core';
import { defineOp, type Op } from '../define-op.ts';

const reshapeOp: Op<[x: Tensor, shape: Shape], Tensor> = defineOp({
  name: 'reshape',
  forward: (x, shape) => x.device.view('reshape', x, shape),
  backward: (dy, _y, x) => [() => reshapeOp(dy, x.shape)],
});

/**
 * The same elements in another shape; shares the storage. One size may be -1: it takes what is left.
 * @throws ShapeError when the number of elements does not fit
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensors('reshape', { x });
  if (!Array.isArray(shape)) checkShape('reshape', shape);
  const open = shape.indexOf(-1);
  if (open < 0) return reshapeOp(x, shape);
  if (shape.includes(-1, open + 1)) {
    refuse(ShapeError, 'reshape', 'shape', `is ${formatShape(shape)}`, 'at most one -1');
  }
  const known = sizeOf(shape.filter((_, axis) => axis !== open));
  const rest = x.size / known;
  if (!Number.isInteger(rest)) {
    refuse(ShapeError, 'reshape', 'x', hasShape(x), `a number of elements that ${formatShape(shape)} divides`);
  }
  return reshapeOp(x, shape.with(open, rest));
}

/** Adds an axis of size 1 before `axis`; -1 adds it at the end. */
export function expandAxis(x: Tensor, axis: number): Tensor {
  checkTensors('expandAxis', { x });
  const at = normalizeAxis('expandAxis', axis, x.rank + 1);
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

/**
 * Removes an axis of size 1.
 * @throws ShapeError when its size is another
 */
export function squeezeAxis(x: Tensor, axis: number): Tensor {
  checkTensors('squeezeAxis', { x });
  const at = normalizeAxis('squeezeAxis', axis, x.rank);
  if (x.shape[at] !== 1) {
    refuse(ShapeError, 'squeezeAxis', 'x', hasShape(x), `size 1 at axis ${at}`);
  }
  return reshape(x, x.shape.toSpliced(at, 1));
}

const transposeOp = defineOp({
  name: 'transpose',
  forward: (x: Tensor, permutation: readonly number[]) => {
    const shape = permutation.map((axis) => x.shape[axis] as number);
    return x.device.execute('transpose', [x], shape, x.dtype, (backend, [operand]) =>
      backend.transpose(operand!, permutation),
    );
  },
  backward: (dy, _y, _x, permutation) => [
    () => {
      const inverse = new Array<number>(permutation.length);
      permutation.forEach((axis, i) => {
        inverse[axis] = i;
      });
      return transpose(dy, inverse);
    },
  ],
});

/**
 * Reorders axes: output axis i is input axis `permutation[i]`. Default: all axes reversed.
 * @throws ShapeError unless the permutation names each axis once
 */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  checkTensors('transpose', { x });
  const given: readonly number[] = Array.isArray(permutation) ? permutation : [permutation];
  const order =
    permutation === undefined
      ? x.shape.map((_, axis) => x.rank - 1 - axis)
      : given.map((axis) => normalizeAxis('transpose', axis, x.rank));
  if (order.length !== x.rank || new Set(order).size !== x.rank) {
    refuse(ShapeError, 'transpose', 'permutation', `is ${formatShape(given)}`, `each of the ${x.rank} axes once`);
  }
  return transposeOp(x, order);
}

const broadcastOp = defineOp({
  name: 'broadcastTo',
  forward: (x: Tensor, shape: Shape) =>
    x.device.execute('broadcastTo', [x.device.ones([], 'bool'), x], shape, x.dtype, (backend, [yes, operand]) =>
      backend.select(yes!, operand!, operand!, shape),
    ),
  backward: (dy) => [() => dy],
});

/**
 * Repeats axes of size 1, and new leading axes, up to `shape`; returns `x` itself if it has that shape.
 * @throws ShapeError when another axis would have to change
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  checkTensors('broadcastTo', { x });
  checkShape('broadcastTo', shape);
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes('broadcastTo', x.shape, shape), shape)) {
    refuse(ShapeError, 'broadcastTo', 'x', hasShape(x), `one that broadcasts to ${formatShape(shape)}`);
  }
  return broadcastOp(x, shape);
}
