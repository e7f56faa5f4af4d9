import { type Shape, sizeOf, stridesOf } from '@sluice/core';

/** For each index of `sizes`, in row-major order: where its element stands, which is `start` plus the index times the strides. */
export function positions(sizes: Shape, strides: readonly number[], start = 0): number[] {
  return sizes.reduce(
    (places, size, axis) =>
      places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[axis]!)),
    [start],
  );
}

/** For each element of `shape`: where its value stands in an array of shape `from` that is broadcast to it. */
export function broadcastPositions(from: Shape, shape: Shape): number[] {
  const missing = shape.length - from.length;
  const strides = stridesOf(from);
  return positions(
    shape,
    shape.map((_, axis) => (from[axis - missing]! > 1 ? strides[axis - missing]! : 0)),
  );
}

/** A shape as [outer, size, inner] around some of its axes: element [i, j, k] stands at (i * size + j) * inner + k. */
export function around(shape: Shape, axis: number, count = 1): { outer: number; size: number; inner: number } {
  const [outer, size, inner] = [shape.slice(0, axis), shape.slice(axis, axis + count), shape.slice(axis + count)];
  return { outer: sizeOf(outer), size: sizeOf(size), inner: sizeOf(inner) };
}
