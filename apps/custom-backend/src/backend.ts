import {
  type Backend,
  broadcastShapes,
  createDataArray,
  IndexError,
  type Operand,
  type Shape,
  sizeOf,
  stridesOf,
} from '@sluice/core';
import { binaryFormulas, compareFormulas, rounding, unaryFormulas } from './formulas.ts';
import { around, broadcastPositions, positions } from './positions.ts';

/** What this backend stores an array in. Yours may be a texture, an offset into a memory, anything. */
type Storage = number[];
type Stored = Operand<Storage>;

/**
 * A whole backend on plain arrays, to read and to copy. Nearly every kernel is one line over lists of positions: which element of the operand goes
 * where in the result. It is right, and slow.
 * @example
 * const device = new Device(createArrayBackend());
 */
export function createArrayBackend(): Backend<Storage> {
  return {
    name: 'custom',
    info: { storage: 'plain arrays' },
    supports: () => true,

    upload: (data) => [...data],
    // Numbers were rounded to their type when they were stored, so this only changes the container.
    download: async ({ storage, dtype }) => {
      const data = createDataArray(dtype, storage.length);
      data.set(storage);
      return data;
    },
    // There is nothing to give back; emptied, an array that is used by mistake shows at once.
    free(storage) {
      storage.length = 0;
    },

    fill: (size, value, dtype) => filled(size, rounding[dtype](value)),
    cast: (x, dtype) => x.storage.map(dtype === 'int32' ? saturate : rounding[dtype]),

    unary: (kind, x) => x.storage.map((value) => rounding[x.dtype](unaryFormulas[kind](value))),
    binary(kind, a, b, shape) {
      const formula = binaryFormulas[a.dtype === 'int32' ? 'int32' : 'float'][kind];
      return zip(a, b, shape, (x, y) => rounding[a.dtype](formula(x, y)));
    },
    compare: (kind, a, b, shape) => zip(a, b, shape, (x, y) => Number(compareFormulas[kind](x, y))),
    select(condition, a, b, shape) {
      const [ofA, ofB] = [broadcast(a, shape), broadcast(b, shape)];
      return broadcast(condition, shape).map((yes, i) => (yes ? ofA[i]! : ofB[i]!));
    },

    reduce(kind, x, axes) {
      const kept = x.shape.filter((_, axis) => !axes.includes(axis));
      const outer = stridesOf(kept);
      let next = 0;
      // A reduced axis moves nothing in the result.
      const targets = positions(
        x.shape,
        x.shape.map((_, axis) => (axes.includes(axis) ? 0 : outer[next++]!)),
      );
      const { start, combine } = reductions[kind];
      const result = filled(sizeOf(kept), start);
      targets.forEach((target, i) => {
        result[target] = combine(result[target]!, x.storage[i]!);
      });
      return result.map(rounding[x.dtype]);
    },
    argReduce(kind, x, axis) {
      const better = kind === 'argMax' ? compareFormulas.greater : compareFormulas.less;
      return alongAxis(x, axis, (row) => {
        const nan = row.findIndex(Number.isNaN);
        return [nan >= 0 ? nan : row.reduce((best, value, i) => (better(value, row[best]!) ? i : best), 0)];
      });
    },
    cumulativeSum: (x, axis, reverse) =>
      alongAxis(x, axis, (row) => {
        let sum = 0;
        const sums = (reverse ? row.toReversed() : row).map((value) => {
          sum += value;
          return rounding[x.dtype](sum);
        });
        return reverse ? sums.toReversed() : sums;
      }),
    matMul(a, b, { transposeA, transposeB }) {
      const first = matrices(a, transposeA);
      const second = matrices(b, transposeB);
      const leading = broadcastShapes('matMul', first.leading, second.leading);
      const ofSecond = broadcastPositions(second.leading, leading);
      return broadcastPositions(first.leading, leading).flatMap((p, i) => {
        const columns = range(second.columns).map((column) => second.column(ofSecond[i]!, column));
        return range(first.rows).flatMap((row) => {
          const left = first.row(p, row);
          return columns.map((right) => rounding[a.dtype](dot(left, right)));
        });
      });
    },

    slice: (x, starts, sizes, steps) => placesOf(x.shape, sizes, starts, steps).map((place) => x.storage[place]!),
    pad(x, shape, starts, steps, value) {
      const result = filled(sizeOf(shape), value);
      placesOf(shape, x.shape, starts, steps).forEach((place, i) => {
        result[place] = x.storage[i]!;
      });
      return result;
    },
    concat(xs, axis) {
      const { outer } = around(xs[0]!.shape, axis);
      return range(outer).flatMap((i) => xs.flatMap((x) => part(x.storage, i, sizeOf(x.shape.slice(axis)))));
    },
    transpose(x, permutation) {
      const strides = stridesOf(x.shape);
      const sizes = permutation.map((axis) => x.shape[axis]!);
      return positions(
        sizes,
        permutation.map((axis) => strides[axis]!),
      ).map((place) => x.storage[place]!);
    },

    gather(x, indices, axis) {
      const { outer, size, inner } = around(x.shape, axis);
      checkIndices('gather', indices.storage, size);
      return range(outer).flatMap((i) => indices.storage.flatMap((index) => part(x.storage, i * size + index, inner)));
    },
    scatterAdd(updates, indices, axis, size) {
      checkIndices('scatterAdd', indices.storage, size);
      const { outer, size: count, inner } = around(updates.shape, axis, indices.shape.length);
      const result = filled(outer * size * inner, 0);
      updates.storage.forEach((value, place) => {
        const [i, j, k] = [Math.floor(place / inner / count), Math.floor(place / inner) % count, place % inner];
        result[(i * size + indices.storage[j]!) * inner + k]! += value;
      });
      return result.map(rounding[updates.dtype]);
    },
  };
}

const reductions = {
  sum: { start: 0, combine: (total: number, value: number) => total + value },
  max: { start: -Infinity, combine: Math.max },
  min: { start: Infinity, combine: Math.min },
};

const range = (length: number) => Array.from({ length }, (_, i) => i);
const filled = (size: number, value: number) => new Array<number>(size).fill(value);
/** Piece number i of pieces of this length. */
const part = (storage: Storage, i: number, length: number) => storage.slice(i * length, (i + 1) * length);

function broadcast(x: Stored, shape: Shape): Storage {
  return broadcastPositions(x.shape, shape).map((place) => x.storage[place]!);
}

function zip(a: Stored, b: Stored, shape: Shape, formula: (x: number, y: number) => number): Storage {
  const ofB = broadcast(b, shape);
  return broadcast(a, shape).map((x, i) => formula(x, ofB[i]!));
}

/** The elements `starts + i * steps`, for i below `sizes`, of an array of this shape. */
function placesOf(shape: Shape, sizes: Shape, starts: readonly number[], steps: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const start = starts.reduce((sum, first, axis) => sum + first * strides[axis]!, 0);
  return positions(
    sizes,
    strides.map((stride, axis) => stride * steps[axis]!),
    start,
  );
}

/** The last two axes as matrices, which `transpose` swaps the axes of; the others say which matrix. */
function matrices({ storage, shape }: Stored, transpose: boolean) {
  const [height, width] = shape.slice(-2) as [number, number];
  const [rows, columns] = transpose ? [width, height] : ([height, width] as const);
  const [down, along] = transpose ? [1, width] : ([width, 1] as const);
  const start = (matrix: number) => matrix * height * width;
  return {
    leading: shape.slice(0, -2),
    rows,
    columns,
    row: (matrix: number, i: number) => range(columns).map((j) => storage[start(matrix) + i * down + j * along]!),
    column: (matrix: number, j: number) => range(rows).map((i) => storage[start(matrix) + i * down + j * along]!),
  };
}

function dot(a: Storage, b: Storage): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Replaces each row along an axis by another one, all of one length. */
function alongAxis(x: Stored, axis: number, replace: (row: Storage) => Storage): Storage {
  const { outer, size, inner } = around(x.shape, axis);
  const result: Storage = [];
  for (const i of range(outer)) {
    for (const k of range(inner)) {
      const row = replace(range(size).map((j) => x.storage[(i * size + j) * inner + k]!));
      row.forEach((value, j) => {
        result[(i * row.length + j) * inner + k] = value;
      });
    }
  }
  return result;
}

/** Truncates towards zero; beyond the ends of int32 it is the end, and for NaN 0. */
function saturate(x: number): number {
  return rounding.int32(Math.min(Math.max(x, -(2 ** 31)), 2 ** 31 - 1));
}

function checkIndices(operation: string, indices: Storage, size: number): void {
  const wrong = indices.find((index) => index < 0 || index >= size);
  if (wrong === undefined) return;
  throw new IndexError({ operation, argument: 'indices', got: `hold ${wrong}`, expected: `0 to ${size - 1}` });
}
