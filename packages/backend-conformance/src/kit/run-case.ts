import { type Backend, type DType, formatShape, type Operand, type Shape, sizeOf } from '@sluice/core';
import type { CheckContext } from './check.ts';
import { ConformanceError, compareData, type Precision } from './compare.ts';
import { garbage, type HostArray } from './values.ts';

/** One kernel call, to be made on the backend under test and on the reference. */
export interface KernelCase {
  /** Method, kind and options, e.g. `binary add`. */
  readonly label: string;
  readonly operands: readonly HostArray[];
  /** Shape and dtype of the result. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly precision: Precision;
  /** Measure rounding errors against the result of the same call on absolute values. */
  readonly accumulates?: boolean | undefined;
  call<S>(backend: Backend<S>, operands: readonly Operand<S>[]): S;
}

/**
 * Makes one kernel call under the conditions that the contract allows a library to create: memory that held other data
 * before, operands that are freed right after the call, and others in their place before the result is read.
 *
 * @throws ConformanceError when the result differs from the reference's or an operand was changed.
 */
export async function runCase(context: CheckContext, kernelCase: KernelCase): Promise<void> {
  const { backend, tolerances } = context;
  const { operands, shape, dtype, precision } = kernelCase;
  const label = describeCase(kernelCase);
  recycle(backend, sizeOf(shape), dtype);
  const uploaded = operands.map((operand) => upload(backend, operand));
  let result: unknown;
  try {
    result = kernelCase.call(backend, uploaded);
  } catch (error) {
    throw new ConformanceError(`${label}: threw ${String(error)}`, { cause: error });
  }
  if (result === undefined) throw new ConformanceError(`${label}: returned undefined, expected a storage`);
  for (const [i, operand] of operands.entries()) {
    compareData(await backend.download(uploaded[i]!), operand.data, tolerances, {
      label: `${label}: operand ${i} after the call`,
      shape: operand.shape,
      dtype: operand.dtype,
      precision: 'bits',
    });
  }
  for (const { storage } of uploaded) backend.free(storage);
  const others = operands.map((operand) => backend.upload(garbage(operand.dtype, operand.data.length), operand.dtype));
  const got = await backend.download({ storage: result, shape, dtype });
  for (const other of others) backend.free(other);
  backend.free(result);
  const how = { label, shape, dtype, precision, magnitudes: magnitudesOf(context, kernelCase) };
  compareData(got, callReference(context, kernelCase, operands), tolerances, how);
}

/** Copies a host array to a backend. */
export function upload<S>(backend: Backend<S>, { data, shape, dtype }: HostArray): Operand<S> {
  return { storage: backend.upload(data, dtype), shape, dtype };
}

/** Fills memory of this size with garbage and gives it back, so that a backend that pools will use it next. */
export function recycle(backend: Backend, size: number, dtype: DType): void {
  backend.free(backend.upload(garbage(dtype, size), dtype));
}

function callReference({ reference }: CheckContext, kernelCase: KernelCase, operands: readonly HostArray[]) {
  return kernelCase.call(
    reference,
    operands.map((operand) => upload(reference, operand)),
  );
}

function magnitudesOf(context: CheckContext, kernelCase: KernelCase) {
  if (kernelCase.accumulates !== true) return undefined;
  const absolute = kernelCase.operands.map((operand) => ({ ...operand, data: operand.data.map(Math.abs) }));
  return callReference(context, kernelCase, absolute);
}

function describeCase({ label, operands, shape, dtype }: KernelCase): string {
  const from = operands.map((operand) => `${operand.dtype} ${formatShape(operand.shape)}`).join(', ');
  return `${label}: ${from === '' ? '' : `${from} -> `}${dtype} ${formatShape(shape)}`;
}
