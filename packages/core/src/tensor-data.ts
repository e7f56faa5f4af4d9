import { given } from './check-given.ts';
import { createDataArray, type DataArray, type DType, dtypeOf, dtypes, type FloatDType, isFloat } from './dtype.ts';
import { DTypeError, OptionError, refuse, ShapeError } from './errors.ts';
import { kindOf } from './kind-of.ts';
import { readOptions } from './options.ts';
import { checkShape, formatShape, type Shape, sizeOf } from './shape.ts';

/** An array on the host: what files hold, datasets give and `device.tensor` takes. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Elements in row-major order. */
  readonly data: DataArray;
}

/** Nested arrays of numbers or booleans, all of one depth and even lengths. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Anything that can become a tensor. */
export type TensorLike = NestedArray | DataArray | TensorData;

export interface TensorDataOptions {
  /** Default: the length of a flat array, the nesting of a nested one. */
  readonly shape?: Shape | undefined;
  /**
   * Default: int32 for an `Int32Array`, bool for a `Uint8Array` and for booleans, the dtype of host data, and the device's float type for all else, a
   * `Float64Array` included: it is what JavaScript computes in, and no wish for doubles.
   */
  readonly dtype?: DType | undefined;
}

/**
 * Brings numbers, booleans, nested or typed arrays into one form. Numbers that the dtype cannot hold exactly are refused for int32
 * and bool, and rounded for float32.
 * @throws ShapeError when nested arrays are ragged or the shape does not fit the number of elements.
 * @throws DTypeError when a value does not fit the dtype.
 */
export function toTensorData(
  operation: string,
  value: TensorLike,
  options: TensorDataOptions | undefined,
  defaultFloat: FloatDType,
): TensorData {
  const source = isTensorData(value) ? value : fromArray(operation, value, defaultFloat);
  const { dtype = source.dtype, shape = source.shape } = readOptions(operation, options, {
    shape: undefined,
    dtype: undefined,
  });
  checkKnown(operation, dtype);
  checkShape(operation, shape);
  if (sizeOf(shape) !== source.data.length) {
    refuse(
      ShapeError,
      operation,
      'data',
      `has ${source.data.length} elements`,
      `${sizeOf(shape)} for shape ${formatShape(shape)}`,
    );
  }
  return { dtype, shape, data: convert(operation, source.data, dtype) };
}

function isTensorData(value: TensorLike): value is TensorData {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'data' in value;
}

function fromArray(
  operation: string,
  value: NestedArray | DataArray,
  defaultFloat: FloatDType,
): { dtype: DType; shape: Shape; data: ArrayLike<number> } {
  const held = dtypeOf(value);
  if (held !== undefined) {
    const data = value as DataArray;
    return { dtype: isFloat(held) ? defaultFloat : held, shape: [data.length], data };
  }
  const shape = nestedShape(value as NestedArray);
  const data: number[] = [];
  const booleans = flatten(operation, value as NestedArray, shape, 0, data);
  return { dtype: booleans && data.length > 0 ? 'bool' : defaultFloat, shape, data };
}

function nestedShape(value: NestedArray): number[] {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = value; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

/** Appends the leaves of `value`; true while all of them are booleans. */
function flatten(operation: string, value: NestedArray, shape: Shape, depth: number, out: number[]): boolean {
  if (depth === shape.length) {
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      const got = Array.isArray(value)
        ? 'is ragged'
        : `${depth === 0 ? 'is' : 'has an entry that is'} ${kindOf(value)}`;
      refuse(ShapeError, operation, 'data', got, 'numbers or booleans in even rows');
    }
    out.push(Number(value));
    return typeof value === 'boolean';
  }
  if (!Array.isArray(value) || value.length !== shape[depth]) {
    refuse(
      ShapeError,
      operation,
      'data',
      'is ragged',
      `${shape[depth]} entries in every row at depth ${depth}, as in the first`,
    );
  }
  let booleans = true;
  for (const entry of value as readonly NestedArray[]) {
    if (!flatten(operation, entry, shape, depth + 1, out)) booleans = false;
  }
  return booleans;
}

function convert(operation: string, data: ArrayLike<number>, dtype: DType): DataArray {
  if (dtypeOf(data) === dtype && dtype !== 'bool') return data as DataArray;
  const array = createDataArray(dtype, data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!canHold(dtype, value)) refuseValue(operation, `data[${i}]`, value, dtype);
    array[i] = value;
  }
  return array;
}

/** @throws OptionError unless it is one of the element types. */
export function checkKnown(operation: string, dtype: DType): void {
  if (dtypes.includes(dtype)) return;
  refuse(OptionError, operation, 'dtype', `is ${String(dtype)}`, dtypes.join(', '));
}

/** @throws DTypeError unless the dtype can hold the value; floats may round it. */
export function checkValue(operation: string, argument: string, value: number, dtype: DType): void {
  if (typeof value !== 'number' || !canHold(dtype, value)) refuseValue(operation, argument, value, dtype);
}

function canHold(dtype: DType, value: number): boolean {
  if (dtype === 'int32') return (value | 0) === value;
  return dtype !== 'bool' || value === 0 || value === 1;
}

const held: Record<DType, string> = {
  float32: 'a number',
  float64: 'a number',
  int32: 'a whole number of 32 bits',
  bool: 'true, false, 0 or 1',
};

function refuseValue(operation: string, argument: string, value: unknown, dtype: DType): never {
  refuse(DTypeError, operation, argument, given(value), held[dtype]);
}
