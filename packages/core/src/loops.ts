import type { Shape } from './shape.ts';

// How backends walk arrays: what each of them would otherwise write for itself.

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
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    let even = last >= 0;
    for (let k = 0; even && k < strides.length; k++) even = merged[k]![last] === strides[k]![axis]! * size;
    if (even) sizes[last]! *= size;
    else sizes.push(size);
    for (let k = 0; k < strides.length; k++) merged[k]![sizes.length - 1] = strides[k]![axis]!;
  }
  if (sizes.length > 0) return { sizes, strides: merged };
  return { sizes: [1], strides: strides.map(() => [1]) };
}

/** Strides that read an array of `shape` as if it were of shape `to`: 0 along the axes that it is stretched over. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const strides = new Array<number>(to.length).fill(0);
  const lead = to.length - shape.length;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) strides[lead + axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * Calls `visit` with the offsets of the operands, three at most, for every index of the first `depth` axes, in row-major
 * order.
 */
export function forEachIndex(
  nest: Nest,
  depth: number,
  starts: readonly number[],
  visit: (first: number, second: number, third: number) => void,
): void {
  if (depth === 0) {
    visit(starts[0]!, starts[1] ?? 0, starts[2] ?? 0);
    return;
  }
  const none = nest.sizes.map(() => 0);
  const [a, b = none, c = none] = nest.strides;
  const enter = (axis: number, first: number, second: number, third: number): void => {
    const size = nest.sizes[axis]!;
    for (let i = 0; i < size; i++) {
      if (axis === depth - 1) visit(first, second, third);
      else enter(axis + 1, first, second, third);
      first += a![axis]!;
      second += b[axis]!;
      third += c[axis]!;
    }
  };
  enter(0, starts[0]!, starts[1] ?? 0, starts[2] ?? 0);
}

/** A shape seen as [outer, size, inner]: all axes before some, those, and all behind them. */
export interface Run {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** The shape around one axis. */
export function aroundAxis(shape: Shape, axis: number): Run {
  return { outer: product(shape, 0, axis), size: shape[axis]!, inner: product(shape, axis + 1, shape.length) };
}

/**
 * A reduction over `axes` as reductions of one run each, outermost first: neighbouring reduced axes are taken as one, and those of size 1 change
 * nothing. `inner` counts kept axes only, so that the innermost run is the first to be reduced.
 */
export function reducedRuns(shape: Shape, axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  let axis = shape.length - 1;
  let inner = 1;
  while (axis >= 0) {
    let size = 1;
    for (; axis >= 0 && (axes.includes(axis) || shape[axis] === 1); axis--) size *= shape[axis]!;
    if (size !== 1) runs.unshift({ outer: product(shape, 0, axis + 1), size, inner });
    for (; axis >= 0 && !axes.includes(axis); axis--) inner *= shape[axis]!;
  }
  return runs;
}

function product(shape: Shape, from: number, to: number): number {
  let size = 1;
  for (let axis = from; axis < to; axis++) size *= shape[axis]!;
  return size;
}
