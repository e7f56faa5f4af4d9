import { type Backend, type DataArray, dtypeOf, type Operand, type Shape } from '@sluice/core';
import type { WasmStorage } from '../storage.ts';

/** Puts an array on the backend; its shape defaults to its length. */
export function put(
  backend: Backend<WasmStorage>,
  data: DataArray,
  shape: Shape = [data.length],
): Operand<WasmStorage> {
  const dtype = dtypeOf(data) ?? 'float32';
  return { storage: backend.upload(data, dtype), shape, dtype };
}

/** Downloads a result and frees it. */
export async function take(backend: Backend<WasmStorage>, storage: WasmStorage): Promise<DataArray> {
  const { dtype, size } = storage;
  const data = await backend.download({ storage, shape: [size], dtype });
  backend.free(storage);
  return data;
}
