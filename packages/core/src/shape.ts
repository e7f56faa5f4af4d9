import { given } from './check-given.ts';
import { refuse, ShapeError } from './errors.ts';
import { kindOf } from './kind-of.ts';

/** Sizes of the axes, outermost first; `[]` is a scalar. Data lie contiguous in row-major order. */
export type Shape = readonly number[];

/** Number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Elements to step over for each axis in row-major order. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** `[2, 3]` as text, the way error messages show it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The shape of a tensor, as a phrase of a message. */
export function hasShape({ shape }: { readonly shape: Shape }): string {
  return `has shape ${formatShape(shape)}`;
}

/** @throws ShapeError unless every size is an integer of at least 0. */
export function checkShape(operation: string, shape: Shape): void {
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    refuse(
      ShapeError,
      operation,
      'shape',
      `is ${Array.isArray(shape) ? formatShape(shape) : kindOf(shape)}`,
      'whole sizes of at least 0',
    );
  }
}

/**
 * The common shape of two operands: shapes are aligned at the last axis, missing leading axes count as 1, and a
 * size of 1 stretches to the other's size (also to 0).
 * @throws ShapeError when two sizes differ and neither is 1.
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      refuse(
        ShapeError,
        operation,
        'operands',
        `have shapes ${formatShape(a)} and ${formatShape(b)}`,
        'sizes that are equal or 1, aligned at the last axis',
      );
    }
    shape[axis] = m === 1 ? n : m;
  }
  return shape;
}

/**
 * An axis as a number from 0 to rank - 1; negative ones count from the end.
 * @throws ShapeError when it lies outside.
 */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) {
    refuse(
      ShapeError,
      operation,
      'axis',
      given(axis),
      rank === 0 ? 'no axis, for a scalar' : `a whole number from ${-rank} to ${rank - 1}`,
    );
  }
  return normal;
}

/**
 * Sorted axes from 0 to rank - 1; `undefined` means all.
 * @throws ShapeError when one lies outside or stands twice.
 */
export function normalizeAxes(operation: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list: readonly number[] = Array.isArray(axes) ? axes : [axes];
  const normal = list.map((axis) => normalizeAxis(operation, axis, rank)).sort((a, b) => a - b);
  if (new Set(normal).size !== normal.length) {
    refuse(ShapeError, operation, 'axes', `are ${formatShape(list)}`, 'each axis once');
  }
  return normal;
}
