import {
  type ArgReduceKind,
  checkTensors,
  hasShape,
  normalizeAxes,
  normalizeAxis,
  type ReduceKind,
  readOptions,
  refuse,
  type Shape,
  ShapeError,
  type Tensor,
} from '@sluice/core';
import { defineOp, type Op } from '../define-op.ts';
import { equal, less, select } from './compare.ts';
import { abs, add, cast, divide, exp, log, multiply, subtract } from './elementwise.ts';
import { broadcastTo, reshape } from './shape.ts';
import { checkFloat, checkNumeric } from './support.ts';

/** Axes to reduce over, each once; default all. Negative ones count from the end. One that lies outside is a ShapeError. */
export type Axes = number | readonly number[];

export interface ReduceOptions {
  /** Leave the reduced axes in the shape, with size 1. Default false. */
  readonly keepAxes?: boolean | undefined;
}

type Reduction = (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor;

/** The shape with the reduced axes kept as 1. */
function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

/** The shape without the reduced axes. */
function reducedShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

function kernel(kind: ReduceKind, x: Tensor, axes: readonly number[]): Tensor {
  checkNumeric(kind, 'x', x);
  const shape = reducedShape(x.shape, axes);
  return x.device.execute(kind, [x], shape, x.dtype, (backend, [operand]) => backend.reduce(kind, operand!, axes));
}

/** @throws ShapeError when there is nothing along one of the axes. */
export function checkNotEmpty(operation: string, x: Tensor, axes: readonly number[]): void {
  if (!axes.some((axis) => x.shape[axis] === 0)) return;
  refuse(ShapeError, operation, 'x', hasShape(x), 'at least one element along the reduced axes');
}

/** Turns an operation on sorted axes into the public form. */
/* @__NO_SIDE_EFFECTS__ */
function reduction(name: string, op: (x: Tensor, axes: readonly number[]) => Tensor, mayBeEmpty = false): Reduction {
  return (x, axes, options) => {
    const { keepAxes } = readOptions(name, options, { keepAxes: false });
    checkTensors(name, { x });
    const list = normalizeAxes(name, axes, x.rank);
    if (!mayBeEmpty) checkNotEmpty(name, x, list);
    const result = op(x, list);
    return keepAxes ? reshape(result, keptShape(x.shape, list)) : result;
  };
}

/** Spreads a reduced tensor over the axes again. */
function spread(reduced: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  return broadcastTo(reshape(reduced, keptShape(x.shape, axes)), x.shape);
}

const sumOp = defineOp({
  name: 'sum',
  forward: (x: Tensor, axes: readonly number[]) => kernel('sum', x, axes),
  backward: (dy, _y, x, axes) => [() => spread(dy, x, axes)],
});

/** Sum over axes; 0 over none. int32 wraps. */
export const sum: Reduction = reduction('sum', sumOp, true);

/* @__NO_SIDE_EFFECTS__ */
function extremeOp(kind: 'max' | 'min') {
  return defineOp({
    name: kind,
    forward: (x: Tensor, axes: readonly number[]) => kernel(kind, x, axes),
    backward: (dy, y, x, axes) => [
      () => {
        const hits = cast(equal(x, reshape(y, keptShape(x.shape, axes))), x.dtype);
        const share = divide(dy, sum(hits, axes));
        return multiply(hits, reshape(share, keptShape(x.shape, axes)));
      },
    ],
  });
}

/** Largest element over axes; NaN if any is. Equal largest elements share the gradient evenly. */
export const max: Reduction = reduction('max', extremeOp('max'));

/** Smallest element over axes; NaN if any is. Equal smallest elements share the gradient evenly. */
export const min: Reduction = reduction('min', extremeOp('min'));

/** Arithmetic mean over axes, for floats. */
export const mean: Reduction = reduction('mean', (x, axes) => {
  checkFloat('mean', 'x', x);
  const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
  return x.device.scope(() => divide(sum(x, axes), count));
});

const logSumExpOp = defineOp({
  name: 'logSumExp',
  forward: (x: Tensor, axes: readonly number[]) => {
    checkFloat('logSumExp', 'x', x);
    const largest = max(x, axes, { keepAxes: true });
    const shift = select(less(abs(largest), Number.POSITIVE_INFINITY), largest, 0);
    const shifted = log(sum(exp(subtract(x, shift)), axes));
    return add(shifted, reshape(shift, shifted.shape));
  },
  backward: (dy, y, x, axes) => {
    const kept = keptShape(x.shape, axes);
    return [
      () => {
        const finite = select(equal(y, Number.NEGATIVE_INFINITY), 0, y);
        return multiply(reshape(dy, kept), exp(subtract(x, reshape(finite, kept))));
      },
    ];
  },
});

/**
 * ln of the sum of e^x over axes, shifted by the maximum so that nothing overflows; its gradient is the softmax, and 0 where
 * all of them are -Infinity.
 */
export const logSumExp: Reduction = reduction('logSumExp', logSumExpOp);

/* @__NO_SIDE_EFFECTS__ */
function argReduction(kind: ArgReduceKind): (x: Tensor, axis: number) => Tensor {
  const op = defineOp({
    name: kind,
    forward: (x: Tensor, axis: number) => {
      checkNumeric(kind, 'x', x);
      const shape = reducedShape(x.shape, [axis]);
      return x.device.execute(kind, [x], shape, 'int32', (backend, [operand]) =>
        backend.argReduce(kind, operand!, axis),
      );
    },
    backward: null,
  });
  const checked = (x: Tensor, axes: readonly number[]) => op(x, axes[0] as number);
  const reduce = reduction(kind, checked);
  return (x, axis) => {
    checkTensors(kind, { x });
    return reduce(x, normalizeAxis(kind, axis, x.rank));
  };
}

/** Position of the first largest element along an axis, int32; a NaN counts as the largest. No gradient. */
export const argMax = argReduction('argMax');

/** Position of the first smallest element along an axis, int32; a NaN counts as the smallest. No gradient. */
export const argMin = argReduction('argMin');

const cumulativeSumOp: Op<[x: Tensor, axis: number, reverse: boolean], Tensor> = defineOp({
  name: 'cumulativeSum',
  forward: (x, axis, reverse) => {
    checkNumeric('cumulativeSum', 'x', x);
    return x.device.execute('cumulativeSum', [x], x.shape, x.dtype, (backend, [operand]) =>
      backend.cumulativeSum(operand!, axis, reverse),
    );
  },
  backward: (dy, _y, _x, axis, reverse) => [() => cumulativeSumOp(dy, axis, !reverse)],
});

export interface CumulativeSumOptions {
  /** Sum from the end of the axis. Default false. */
  readonly reverse?: boolean | undefined;
}

/** Running sum along an axis, each element included in its own sum. */
export function cumulativeSum(x: Tensor, axis: number, options?: CumulativeSumOptions): Tensor {
  const { reverse } = readOptions('cumulativeSum', options, { reverse: false });
  checkTensors('cumulativeSum', { x });
  return cumulativeSumOp(x, normalizeAxis('cumulativeSum', axis, x.rank), reverse);
}
