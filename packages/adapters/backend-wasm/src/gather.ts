import { aroundAxis, bytesPerElement, IndexError, type Operand, sizeOf } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, suffixes, type WasmStorage } from './storage.ts';

type X = Operand<WasmStorage>;

/** @throws IndexError naming the first index outside 0 to size - 1. */
function checkIndices(machine: Machine, operation: string, indices: X, size: number): void {
  const address = addressOf(indices.storage);
  const position = machine.kernels.findOutside(address, indices.storage.size, size);
  if (position < 0) return;
  throw new IndexError({
    operation,
    argument: `indices[${position}]`,
    got: `is ${machine.views.int32[address / 4 + position]}`,
    expected: size === 0 ? 'none, for an axis of size 0' : `0 to ${size - 1}`,
  });
}

/** `axis` of `x` replaced by the shape of `indices`. */
export function gather(machine: Machine, x: X, indices: X, axis: number): WasmStorage {
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  checkIndices(machine, 'gather', indices, size);
  const count = indices.storage.size;
  const y = machine.make(x.dtype, outer * count * inner);
  const from = addressOf(x.storage);
  const bytes = inner * bytesPerElement(x.dtype);
  machine.kernels.gather(addressOf(y), from, addressOf(indices.storage), outer, count, size, bytes);
  return y;
}

/** `updates` summed into zeros at `indices`. */
export function scatterAdd(machine: Machine, updates: X, indices: X, axis: number, size: number): WasmStorage {
  checkIndices(machine, 'scatterAdd', indices, size);
  const outer = sizeOf(updates.shape.slice(0, axis));
  const inner = sizeOf(updates.shape.slice(axis + indices.shape.length));
  const y = machine.make(updates.dtype, outer * size * inner);
  machine.elements(y.dtype, addressOf(y), y.size).fill(0);
  const kernel = machine.kernels[`scatterAdd${suffixes[updates.dtype as Exclude<typeof updates.dtype, 'bool'>]}`];
  const from = addressOf(updates.storage);
  kernel(addressOf(y), from, addressOf(indices.storage), outer, indices.storage.size, size, inner);
  return y;
}
