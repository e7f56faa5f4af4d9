import { describe, expect, it } from 'vitest';
import { ShapeError } from './errors.ts';
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from './shape.ts';

describe('shapes', () => {
  it('count their elements', () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([2, 0, 4])).toBe(0);
  });

  it('have row-major strides', () => {
    expect(stridesOf([])).toEqual([]);
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([2, 0, 4])).toEqual([0, 4, 1]);
  });

  it('are the same when ranks and sizes are', () => {
    expect(sameShape([], [])).toBe(true);
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2], [2, 1])).toBe(false);
  });

  it('are shown as in code', () => {
    expect(formatShape([])).toBe('[]');
    expect(formatShape([2, 3])).toBe('[2, 3]');
  });

  it.each([[[-1]], [[1.5]], [[2, NaN]], [[Infinity]], [[2 ** 53]]])('refuse the sizes %j', (shape) => {
    expect(() => checkShape('zeros', shape)).toThrow(ShapeError);
    expect(() => checkShape('zeros', shape)).toThrow(
      `zeros: shape is ${formatShape(shape)}, expected whole sizes of at least 0`,
    );
  });

  it('may have sizes of 0', () => {
    checkShape('zeros', []);
    checkShape('zeros', [0, 3]);
  });
});

describe('broadcastShapes', () => {
  const cases: [Shape, Shape, Shape][] = [
    [[], [], []],
    [[2, 3], [], [2, 3]],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [4, 1, 3],
      [2, 1],
      [4, 2, 3],
    ],
    [[1], [0], [0]],
    [
      [2, 0],
      [1, 1],
      [2, 0],
    ],
  ];

  it.each(cases)('%j and %j give %j', (a, b, expected) => {
    expect(broadcastShapes('add', a, b)).toEqual(expected);
    expect(broadcastShapes('add', b, a)).toEqual(expected);
  });

  it.each([
    [[2, 3], [2]],
    [[0], [2]],
    [
      [2, 3],
      [4, 1, 4],
    ],
  ])('%j and %j do not fit', (a, b) => {
    expect(() => broadcastShapes('add', a, b)).toThrow(ShapeError);
    expect(() => broadcastShapes('add', a, b)).toThrow(
      `add: operands have shapes ${formatShape(a)} and ${formatShape(b)}, ` +
        'expected sizes that are equal or 1, aligned at the last axis',
    );
  });
});

describe('axes', () => {
  it('count from the end when negative', () => {
    expect([0, 2, -1, -3].map((axis) => normalizeAxis('sum', axis, 3))).toEqual([0, 2, 2, 0]);
  });

  it.each([3, -4, 0.5, NaN, Infinity])('refuse %d for rank 3', (axis) => {
    expect(() => normalizeAxis('sum', axis, 3)).toThrow(ShapeError);
    expect(() => normalizeAxis('sum', axis, 3)).toThrow(`sum: axis is ${axis}, expected a whole number from -3 to 2`);
  });

  it('refuse any for a scalar', () => {
    expect(() => normalizeAxis('sum', 0, 0)).toThrow('sum: axis is 0, expected no axis, for a scalar');
  });

  it('are all of them by default, sorted else', () => {
    expect(normalizeAxes('sum', undefined, 3)).toEqual([0, 1, 2]);
    expect(normalizeAxes('sum', undefined, 0)).toEqual([]);
    expect(normalizeAxes('sum', -1, 3)).toEqual([2]);
    expect(normalizeAxes('sum', [-1, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes('sum', [], 3)).toEqual([]);
    expect(
      normalizeAxes(
        'sum',
        Array.from({ length: 11 }, (_, axis) => axis),
        11,
      ).at(-1),
    ).toBe(10);
  });

  it('do not change the list that came in', () => {
    const axes = [2, 0];
    normalizeAxes('sum', axes, 3);
    expect(axes).toEqual([2, 0]);
  });

  it('refuse one that stands twice', () => {
    expect(() => normalizeAxes('sum', [0, -2], 2)).toThrow(ShapeError);
    expect(() => normalizeAxes('sum', [0, -2], 2)).toThrow('sum: axes are [0, -2], expected each axis once');
  });
});
