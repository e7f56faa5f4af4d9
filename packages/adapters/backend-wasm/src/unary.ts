import type { DType, Operand, UnaryKind } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, suffixes, type WasmStorage } from './storage.ts';

/** The function of each element. */
export function unary(machine: Machine, kind: UnaryKind, x: Operand<WasmStorage>): WasmStorage {
  const { kernels } = machine;
  let kernel: (y: number, x: number, n: number) => number;
  if (x.dtype === 'float32') kernel = kernels[`${kind}F32`];
  else if (x.dtype === 'float64') kernel = kernels[`${kind}F64`];
  // The others are for floats.
  else kernel = kernels[`${kind as 'negate' | 'abs' | 'sign'}I32`];
  return map(machine, x, x.dtype, kernel);
}

/** The elements converted. */
export function cast(machine: Machine, x: Operand<WasmStorage>, dtype: DType): WasmStorage {
  const from = suffixes[x.dtype];
  const to = suffixes[dtype];
  if (from === to) return copy(machine, x);
  const { kernels } = machine;
  // One expression a source type, so that the compiler sees each pair.
  if (from === 'F32' && to !== 'F32') return map(machine, x, dtype, kernels[`castF32${to}`]);
  if (from === 'F64' && to !== 'F64') return map(machine, x, dtype, kernels[`castF64${to}`]);
  if (from === 'I32' && to !== 'I32') return map(machine, x, dtype, kernels[`castI32${to}`]);
  return map(machine, x, dtype, kernels[`castU8${to as Exclude<typeof to, 'U8'>}`]);
}

/** The result of a kernel that has no form for bool, on the operands as int32. */
export function withIntegers(
  machine: Machine,
  operands: readonly Operand<WasmStorage>[],
  kernel: (operands: readonly Operand<WasmStorage>[]) => WasmStorage,
): WasmStorage {
  const whole = operands.map((x) => ({ ...x, storage: cast(machine, x, 'int32'), dtype: 'int32' as const }));
  const y = kernel(whole);
  for (const { storage } of whole) machine.free(storage);
  return y;
}

/** A new storage with the same elements. */
export function copy(machine: Machine, x: Operand<WasmStorage>): WasmStorage {
  const { dtype, size } = x.storage;
  const y = machine.make(dtype, size);
  machine.elements(dtype, addressOf(y), size).set(machine.elements(dtype, addressOf(x.storage), size));
  return y;
}

function map(
  machine: Machine,
  x: Operand<WasmStorage>,
  dtype: DType,
  kernel: (y: number, x: number, n: number) => number,
): WasmStorage {
  const from = addressOf(x.storage);
  const { size } = x.storage;
  const y = machine.make(dtype, size);
  kernel(addressOf(y), from, size);
  return y;
}
