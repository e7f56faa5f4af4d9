import { type Backend, type DataArray, dtypeOf, type Operand, type Shape } from '@sluice/core';
import type { JsStorage } from '../storage.ts';

/** Puts an array on the backend; its shape defaults to its length. */
export function put(backend: Backend<JsStorage>, data: DataArray, shape: Shape = [data.length]): Operand<JsStorage> {
  const dtype = dtypeOf(data) ?? 'float32';
  return { storage: backend.upload(data, dtype), shape, dtype };
}

/** The elements of a result. */
export function get(storage: JsStorage): number[] {
  return Array.from(storage.data ?? []);
}
