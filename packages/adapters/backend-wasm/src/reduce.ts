import { type ArgReduceKind, aroundAxis, type Operand, type ReduceKind, reducedRuns, sizeOf } from '@sluice/core';
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
  if (x.dtype === 'bool') return withIntegers(machine, [x], ([whole]) => argReduce(machine, kind, whole!, axis));
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const y = machine.make('int32', outer * inner);
  machine.kernels[`${kind}${suffixes[x.dtype]}`](addressOf(y), addressOf(x.storage), outer, size, inner);
  return y;
}

/** The running sums of [outer, size, inner]. */
export function cumulativeSum(machine: Machine, x: X, axis: number, reverse: boolean): WasmStorage {
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const y = machine.make(x.dtype, x.storage.size);
  const kernel = machine.kernels[`cumulativeSum${suffixes[x.dtype as Exclude<typeof x.dtype, 'bool'>]}`];
  if (y.size > 0) kernel(addressOf(y), addressOf(x.storage), outer, size, inner, Number(reverse));
  return y;
}
