/** Element types. `bool` is stored as bytes 0 and 1; int32 arithmetic wraps modulo 2^32. */
export const dtypes = ['float32', 'float64', 'int32', 'bool'] as const;

export type DType = (typeof dtypes)[number];

/** The element types that have gradients. */
export type FloatDType = 'float32' | 'float64';

/** The typed array that holds each element type on the host. */
export interface DataArrays {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  bool: Uint8Array;
}

export type DataArray = DataArrays[DType];

/** The smallest positive number of each float type that has all its bits. Below lie subnormal numbers, which processors take up to a hundred times as long with. */
export const smallestNormal: Readonly<Record<FloatDType, number>> = { float32: 2 ** -126, float64: 2 ** -1022 };

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

/** A new zeroed host array of `size` elements. */
export function createDataArray<D extends DType>(dtype: D, size: number): DataArrays[D] {
  return new constructors[dtype](size) as DataArrays[D];
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** The element type that a typed array holds, or `undefined` for one that holds none of ours. */
export function dtypeOf(data: unknown): DType | undefined {
  return dtypes.find((dtype) => data instanceof constructors[dtype]);
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64';
}

/** The number as an element of this type, but zero of its sign where it is below the smallest normal one. Other types are left as they are. */
export function flushSubnormal(value: number, dtype: DType): number {
  const element = dtype === 'float32' ? Math.fround(value) : value;
  return isFloat(dtype) && Math.abs(element) < smallestNormal[dtype] ? 0 * value : value;
}
