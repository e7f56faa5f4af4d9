import { createDataArray, type DataArray, type DType, isFloat, Random, type Shape, sizeOf } from '@sluice/core';

/** An array on the host that a check hands to both backends. */
export interface HostArray {
  readonly data: DataArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A host array of given elements, rounded to the dtype. */
export function hostArray(dtype: DType, shape: Shape, values: Iterable<number>): HostArray {
  const data = createDataArray(dtype, sizeOf(shape));
  let position = 0;
  for (const value of values) data[position++] = value;
  if (position !== data.length) throw new Error(`${position} values do not fill [${shape}]`);
  return { data, shape, dtype };
}

/** Floats between the bounds; int32 between the bounds rounded inwards; bool at random. */
export function uniformArray(dtype: DType, shape: Shape, seed: number, low = -3, high = 3): HostArray {
  const random = new Random(seed);
  const draw = (): number => {
    if (dtype === 'bool') return random.integer(0, 2);
    if (dtype === 'int32') return random.integer(Math.ceil(low), Math.floor(high) + 1);
    return low + (high - low) * random.next();
  };
  return hostArray(dtype, shape, Array.from({ length: sizeOf(shape) }, draw));
}

/** Whole numbers from -3 to 3 in any dtype (0 and 1 for bool): sums of them are exact in every order. */
export function wholeArray(dtype: DType, shape: Shape, seed: number): HostArray {
  const random = new Random(seed);
  const low = dtype === 'bool' ? 0 : -3;
  const high = dtype === 'bool' ? 2 : 4;
  return hostArray(
    dtype,
    shape,
    Array.from({ length: sizeOf(shape) }, () => random.integer(low, high)),
  );
}

/** Any element at all, the special ones often. */
export function anyArray(dtype: DType, shape: Shape, seed: number): HostArray {
  const random = new Random(seed);
  const special = specialValues(dtype);
  const ordinary = uniformArray(dtype, shape, seed + 1).data;
  return hostArray(
    dtype,
    shape,
    Array.from(ordinary, (value) => (random.next() < 0.4 ? special[random.integer(0, special.length)]! : value)),
  );
}

/** int32 over the whole range, its ends often. */
export function wideIntegers(shape: Shape, seed: number): HostArray {
  const random = new Random(seed);
  const ends = specialValues('int32');
  const draw = () =>
    random.next() < 0.3 ? ends[random.integer(0, ends.length)]! : random.integer(-(2 ** 31), 2 ** 31);
  return hostArray('int32', shape, Array.from({ length: sizeOf(shape) }, draw));
}

export function specialValues(dtype: DType): readonly number[] {
  if (dtype === 'bool') return [0, 1];
  if (dtype === 'int32') return [0, 1, -1, 2, -7, 46341, 65536, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];
  const largest = dtype === 'float32' ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE;
  return [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, largest, -largest];
}

/** What stale memory is made to hold: an element that no check expects. */
export function garbage(dtype: DType, size: number): DataArray {
  const data = createDataArray(dtype, size);
  return data.fill(isFloat(dtype) ? -7654.25 : dtype === 'int32' ? -76543 : 1);
}

/** Sum of the products of corresponding elements. */
export function dot(a: HostArray, b: ArrayLike<number>): number {
  return Array.from(a.data).reduce((total, value, i) => total + value * b[i]!, 0);
}
