import { DisposedError, type DType } from '@sluice/core';

/** One array of the backend. The wrapper dies with `free`, so that a stale handle cannot reach a recycled block. */
export interface WasmStorage {
  readonly dtype: DType;
  /** Elements. */
  readonly size: number;
  /** Where it lies in the memory; `undefined` once freed. */
  address: number | undefined;
}

/** @throws DisposedError when the storage has been freed. */
export function addressOf(storage: WasmStorage): number {
  const { address } = storage;
  if (address === undefined) throw new DisposedError('wasm backend: a storage was used after it had been freed');
  return address;
}

/** How kernels name the element types. */
export const suffixes = { float32: 'F32', float64: 'F64', int32: 'I32', bool: 'U8' } as const satisfies Record<
  DType,
  string
>;

/** Bits of an element, in the names of kernels that only move. */
export const widths = { float32: 32, float64: 64, int32: 32, bool: 8 } as const satisfies Record<DType, number>;
