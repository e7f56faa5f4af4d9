import { type Shape, stridesOf } from '@sluice/core';

/** A loop nest: its sizes, outermost first, and for each operand the elements to step along each axis. */
export interface Nest {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * The shortest nest that visits the same elements in the same order: axes of size 1 go, and neighbours that every operand
 * crosses in even steps become one. It keeps at least one axis.
 */
export function mergeAxes(shape: Shape, strides: readonly (readonly number[])[]): Nest {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (sizes.length > 0 && strides.every((own, k) => own[axis] === merged[k][0] * sizes[0])) {
      sizes[0] *= shape[axis];
    } else {
      sizes.unshift(shape[axis]);
      for (const [k, own] of merged.entries()) own.unshift(strides[k][axis]);
    }
  }
  if (sizes.length === 0) return { sizes: [1], strides: strides.map(() => [1]) };
  return { sizes, strides: merged };
}

/** Strides that read an array of `shape` as if it were of shape `to`: 0 along the axes that it is stretched over. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const strides = stridesOf(shape);
  const lead = to.length - shape.length;
  return to.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : strides[axis - lead]));
}

/** Calls `visit` with the offset of each operand for every index of the first `depth` axes, in row-major order. */
export function forEachIndex(
  nest: Nest,
  depth: number,
  starts: readonly number[],
  visit: (...offsets: number[]) => void,
): void {
  const { sizes, strides } = nest;
  const offsets = [...starts];
  const enter = (axis: number): void => {
    if (axis === depth) {
      visit(...offsets);
      return;
    }
    for (let i = 0; i < sizes[axis]; i++) {
      enter(axis + 1);
      for (let k = 0; k < offsets.length; k++) offsets[k] += strides[k][axis];
    }
    for (let k = 0; k < offsets.length; k++) offsets[k] -= strides[k][axis] * sizes[axis];
  };
  enter(0);
}
