import { type Shape, stridesOf } from '@sluice/core';

/** A loop nest: its sizes, outermost first, and for each operand the elements to step along each axis. */
export interface Nest {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** The shortest nest that visits the same elements in the same order; it keeps at least one axis. */
export function mergeAxes(shape: Shape, strides: readonly (readonly number[])[]): Nest {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((own, k) => merged[k][last] === own[axis] * size)) sizes[last] *= size;
    else sizes.push(size);
    for (const [k, own] of strides.entries()) merged[k][sizes.length - 1] = own[axis];
  }
  if (sizes.length > 0) return { sizes, strides: merged };
  return { sizes: [1], strides: strides.map(() => [0]) };
}

/** Strides that read an array of `shape` as if it were of shape `to`: 0 along the axes that it is stretched over. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  const lead = to.length - shape.length;
  return to.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]));
}

/**
 * The code that turns `position`, in row-major order over a nest of `rank` axes, into an offset for each operand, and the names of its numbers:
 * the sizes but the first, and each operand's strides.
 */
export function offsetCode(position: string, rank: number, operands: readonly string[]): OffsetCode {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const lines = [`let rest = ${position};`, ...operands.map((name) => `let ${name}At = 0;`)];
  if (rank > 1) lines.push('let outer = 0;', 'let along = 0;');
  for (const axis of axes.slice(1).reverse()) {
    lines.push(`outer = quotient(rest, size${axis});`, `along = rest - outer * size${axis};`);
    lines.push(...operands.map((name) => `${name}At = ${name}At + along * ${name}${axis};`), 'rest = outer;');
  }
  lines.push(...operands.map((name) => `${name}At = ${name}At + rest * ${name}0;`));
  const numbers = axes.slice(1).map((axis) => `size${axis}`);
  return {
    code: lines.join('\n'),
    numbers: [...numbers, ...operands.flatMap((name) => axes.map((axis) => name + axis))],
  };
}

export interface OffsetCode {
  readonly code: string;
  readonly numbers: readonly string[];
}

/** The values of the numbers of `offsetCode`. */
export function offsetNumbers({ sizes, strides }: Nest): number[] {
  return [...sizes.slice(1), ...strides.flat()];
}
