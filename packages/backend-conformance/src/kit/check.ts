import type { Backend, DataArray, DType } from '@sluice/core';
import { createReferenceBackend } from '../reference/reference-backend.ts';
import { ConformanceError, defaultTolerances, type Tolerances } from './compare.ts';
import type { OptionalKernel } from './optional-kernels.ts';

/** What a check works with. */
export interface CheckContext {
  /** The backend under test. */
  readonly backend: Backend;
  /** The definition to compare with. */
  readonly reference: Backend<DataArray>;
  readonly tolerances: Tolerances;
}

/** One named demand of the contract. */
export interface ConformanceCheck {
  /** Begins with the method, e.g. `binary maximum float32: special values`. */
  readonly name: string;
  /** Element types that the check cannot do without; it is skipped where `supports` denies one. */
  readonly dtypes: readonly DType[];
  /** The optional kernel that it is about; it is skipped where the backend has none such. */
  readonly kernel?: OptionalKernel | undefined;
  /** Rejects with a ConformanceError when the backend breaks the demand. */
  run(context: CheckContext): Promise<void>;
}

/** The context of a run: the backend under test, a fresh reference and full tolerances. */
export function createCheckContext(backend: Backend, tolerances: Partial<Tolerances> = {}): CheckContext {
  return { backend, reference: createReferenceBackend(), tolerances: { ...defaultTolerances, ...tolerances } };
}

/** @throws ConformanceError with `message` unless `condition` holds. */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceError(message);
}

/**
 * What `work` throws, or its promise rejects with.
 * @throws ConformanceError when it succeeds.
 */
export async function errorOf(label: string, work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new ConformanceError(`${label}: nothing was thrown`);
}
