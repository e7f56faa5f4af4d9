import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aroundAxis, broadcastStrides, forEachIndex, mergeAxes, reducedRuns } from './loops.ts';
import { stridesOf } from './shape.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });

describe('mergeAxes', () => {
  it('visits what the nest of all axes visits, in its order', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.boolean()), (shape, stretched) => {
        const operand = shape.map((size) => (stretched.next().value ? 1 : size));
        const strides = [stridesOf(shape), broadcastStrides(operand, shape)];
        const visited = (nest: { sizes: readonly number[]; strides: readonly (readonly number[])[] }) => {
          const offsets: [number, number][] = [];
          forEachIndex(nest, nest.sizes.length, [0, 0], (a, b) => offsets.push([a, b]));
          return offsets;
        };
        const merged = mergeAxes(shape, strides);
        expect(visited(merged)).toEqual(visited({ sizes: shape, strides }));
        expect(merged.sizes.length).toBeLessThanOrEqual(Math.max(1, shape.length));
      }),
    );
  });

  it('makes one axis of a contiguous array, and keeps one of a scalar', () => {
    expect(mergeAxes([2, 1, 3, 4], [[12, 12, 4, 1]])).toEqual({ sizes: [24], strides: [[1]] });
    expect(mergeAxes([], [[]])).toEqual({ sizes: [1], strides: [[1]] });
    expect(mergeAxes([2, 3], [broadcastStrides([3], [2, 3])])).toEqual({ sizes: [2, 3], strides: [[0, 1]] });
  });
});

describe('runs', () => {
  it('lie around an axis', () => {
    expect(aroundAxis([2, 3, 4, 5], 2)).toEqual({ outer: 6, size: 4, inner: 5 });
  });

  it('join neighbouring axes, and leave out those of size 1', () => {
    expect(reducedRuns([2, 3, 4, 5], [1, 2])).toEqual([{ outer: 2, size: 12, inner: 5 }]);
    expect(reducedRuns([2, 3, 4, 5], [0, 2])).toEqual([
      { outer: 1, size: 2, inner: 15 },
      { outer: 6, size: 4, inner: 5 },
    ]);
    expect(reducedRuns([2, 1], [1])).toEqual([]);
  });
});
