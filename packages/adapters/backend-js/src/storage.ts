import { type DataArray, DisposedError, type DType, type Operand } from '@sluice/core';

/** One array of the backend. The wrapper dies with `free`, so that a stale handle cannot reach a recycled array. */
export interface JsStorage {
  readonly dtype: DType;
  /** The elements; `undefined` once freed. */
  data: DataArray | undefined;
}

/** @throws DisposedError when the storage has been freed. */
export function elementsOf(operand: Operand<JsStorage>): DataArray {
  const { data } = operand.storage;
  if (data === undefined) throw new DisposedError('js backend: a storage was used after it had been freed');
  return data;
}
