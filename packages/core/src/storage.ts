import type { DType } from './dtype.ts';
import { DisposedError } from './errors.ts';
import { formatShape, type Shape } from './shape.ts';

/** One array on the device. Tensors that are reshapes of each other share it. */
export interface DeviceStorage {
  /** What the backend returned. */
  readonly handle: unknown;
  readonly bytes: number;
  /** The scope that will free it; `null` when only an explicit `dispose` will. */
  scope: Scope | null;
  /** Whether it is that of a parameter. */
  owned: boolean;
  disposed: boolean;
}

/** The storages made while a scope ran. One that has moved on has another `scope` and is passed over at the end. */
export interface Scope {
  readonly storages: DeviceStorage[];
}

interface Disposable {
  readonly disposed: boolean;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** @throws DisposedError naming the operation, when the tensor's storage has been freed. */
export function checkAlive(operation: string, tensor: Disposable): void {
  if (tensor.disposed) {
    const what = `a ${tensor.dtype} tensor of shape ${formatShape(tensor.shape)}`;
    throw new DisposedError(`${operation}: ${what} was used after its scope had ended or dispose() was called`);
  }
}
