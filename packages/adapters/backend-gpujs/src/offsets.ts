import type { Nest } from '@sluice/core';

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
    for (const name of operands) lines.push(`${name}At = ${name}At + along * ${name}${axis};`);
    lines.push('rest = outer;');
  }
  for (const name of operands) lines.push(`${name}At = ${name}At + rest * ${name}0;`);
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
