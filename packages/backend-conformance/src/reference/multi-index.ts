import { createDataArray, type DataArray, type DType, type Operand, type Shape, sizeOf } from '@sluice/core';

/** Calls `visit` with every index of `shape` in row-major order. The array passed is the same each time. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[], position: number) => void): void {
  const size = sizeOf(shape);
  const index = shape.map(() => 0);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Row-major position of `index` in an array of `shape`. */
export function positionOf(index: readonly number[], shape: Shape): number {
  return shape.reduce((position, length, axis) => position * length + index[axis]!, 0);
}

/** A new array whose element at each index of `shape` is `value(index)`. */
export function build(dtype: DType, shape: Shape, value: (index: readonly number[]) => number): DataArray {
  const result = createDataArray(dtype, sizeOf(shape));
  forEachIndex(shape, (index, position) => {
    result[position] = value(index);
  });
  return result;
}

/** The element of `x` at `index`. */
export function elementAt(x: Operand<DataArray>, index: readonly number[]): number {
  return x.storage[positionOf(index, x.shape)]!;
}

/** The element of `x`, broadcast: axes align at the last, and the only element of an axis of size 1 stands everywhere. */
export function broadcastElement(x: Operand<DataArray>, index: readonly number[]): number {
  const skipped = index.length - x.shape.length;
  return elementAt(
    x,
    x.shape.map((length, axis) => (length === 1 ? 0 : index[axis + skipped]!)),
  );
}

/** `list` with `count` entries from `start` on replaced by `entries`. */
export function splice(list: readonly number[], start: number, count: number, entries: readonly number[]): number[] {
  return [...list.slice(0, start), ...entries, ...list.slice(start + count)];
}
