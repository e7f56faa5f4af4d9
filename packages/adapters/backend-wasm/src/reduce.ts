import { type ArgReduceKind, type Operand, type ReduceKind, type Shape, sizeOf } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, suffixes, type WasmStorage } from './storage.ts';
import { copy, withIntegers } from './unary.ts';

type X = Operand<WasmStorage>;

/** The reduction over `axes`; sums of float32 are added in double precision. */
export function reduce(machine: Machine, kind: ReduceKind, x: X, axes: readonly number[]): WasmStorage {
  const size = sizeOf(x.shape.filter((_, axis) => !axes.includes(axis)));
  const runs = reducedRuns(x.shape, axes);
  if (runs.length === 0) return copy(machine, x);
  if (x.storage.size === 0) {
    const y = machine.make(x.dtype, size);
    machine.elements(x.dtype, addressOf(y), size).fill(0);
    return y;
  }
  // bool is none of the contract's for reductions.
  const suffix = suffixes[x.dtype as Exclude<typeof x.dtype, 'bool'>];
  const { [`${kind}Runs${suffix}` as const]: runKernel, [`${kind}Rows${suffix}` as const]: rowsKernel } =
    machine.kernels;
  let source = x.storage;
  // From the innermost run outwards, so that all axes behind the one at hand are kept.
  for (const { outer, size: length, inner } of runs.toReversed()) {
    const target = machine.make(x.dtype, outer * inner);
    if (inner === 1) runKernel(addressOf(target), addressOf(source), outer, length);
    else rowsKernel(addressOf(target), addressOf(source), outer, length, inner);
    if (source !== x.storage) machine.free(source);
    source = target;
  }
  return source;
}

/** The positions of the extremes of [outer, size, inner]. */
export function argReduce(machine: Machine, kind: ArgReduceKind, x: X, axis: number): WasmStorage {
  if (x.dtype === 'bool') return withIntegers(machine, [x], ([whole]) => argReduce(machine, kind, whole, axis));
  const { outer, size, inner } = around(x.shape, axis);
  const y = machine.make('int32', outer * inner);
  machine.kernels[`${kind}${suffixes[x.dtype]}`](addressOf(y), addressOf(x.storage), outer, size, inner);
  return y;
}

/** The running sums of [outer, size, inner]. */
export function cumulativeSum(machine: Machine, x: X, axis: number, reverse: boolean): WasmStorage {
  const { outer, size, inner } = around(x.shape, axis);
  const y = machine.make(x.dtype, x.storage.size);
  const kernel = machine.kernels[`cumulativeSum${suffixes[x.dtype as Exclude<typeof x.dtype, 'bool'>]}`];
  if (y.size > 0) kernel(addressOf(y), addressOf(x.storage), outer, size, inner, Number(reverse));
  return y;
}

/** The shape as [outer, size, inner] around one axis. */
export function around(shape: Shape, axis: number): { outer: number; size: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), size: shape[axis], inner: sizeOf(shape.slice(axis + 1)) };
}

interface Run {
  /** Elements before the run, of all axes. */
  readonly outer: number;
  /** Elements of the run, which are reduced to one. */
  readonly size: number;
  /** Elements behind the run, of kept axes. */
  readonly inner: number;
}

/** Neighbouring reduced axes taken as one; those of size 1 change nothing. */
function reducedRuns(shape: Shape, axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  let axis = shape.length - 1;
  let inner = 1;
  while (axis >= 0) {
    let size = 1;
    for (; axis >= 0 && (axes.includes(axis) || shape[axis] === 1); axis--) size *= shape[axis];
    if (size !== 1) runs.unshift({ outer: sizeOf(shape.slice(0, axis + 1)), size, inner });
    for (; axis >= 0 && !axes.includes(axis); axis--) inner *= shape[axis];
  }
  return runs;
}
