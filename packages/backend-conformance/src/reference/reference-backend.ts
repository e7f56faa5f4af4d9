import {
  type Backend,
  createDataArray,
  type DataArray,
  type DType,
  IndexError,
  type Operand,
  sizeOf,
} from '@sluice/core';
import {
  argReduceFormulas,
  compareFormulas,
  floatFormulas,
  integerFormulas,
  reduceFormulas,
  unaryFormulas,
} from './formulas.ts';
import { broadcastElement, build, elementAt, forEachIndex, positionOf, splice } from './multi-index.ts';
import { optimizer } from './optimizer.ts';
import { random } from './random.ts';
import { referenceRecurrent } from './recurrent.ts';

/**
 * The contract in executable form: every kernel as one loop over multi-indices, computed in float64 and rounded once at the
 * end. It is written to be read and compared with, and is far too slow for anything else.
 */
export function createReferenceBackend(): Backend<DataArray> {
  return {
    name: 'reference',
    info: {},
    supports: () => true,

    upload: (data) => data.slice(),
    download: async (x) => x.storage.slice(),
    free(storage) {
      // Whoever still reads the storage is to notice.
      storage.fill(99);
    },

    fill: (size, value, dtype) => createDataArray(dtype, size).fill(value),
    cast: (x, dtype) => build(dtype, x.shape, (index) => convert(elementAt(x, index), dtype)),

    unary: (kind, x) => build(x.dtype, x.shape, (index) => unaryFormulas[kind](elementAt(x, index))),
    binary(kind, a, b, shape) {
      const formulas: Partial<typeof floatFormulas> = a.dtype === 'int32' ? integerFormulas : floatFormulas;
      const formula = formulas[kind];
      if (formula === undefined) throw new Error(`binary: ${kind} is not for ${a.dtype}`);
      return build(a.dtype, shape, (index) => formula(broadcastElement(a, index), broadcastElement(b, index)));
    },
    compare: (kind, a, b, shape) =>
      build('bool', shape, (index) =>
        Number(compareFormulas[kind](broadcastElement(a, index), broadcastElement(b, index))),
      ),
    select: (condition, a, b, shape) =>
      build(a.dtype, shape, (index) => broadcastElement(broadcastElement(condition, index) ? a : b, index)),

    reduce(kind, x, axes) {
      const { start, combine } = reduceFormulas[kind];
      const kept = x.shape.filter((_, axis) => !axes.includes(axis));
      const reduced = axes.map((axis) => x.shape[axis]!);
      return build(x.dtype, kept, (outer) => {
        let total = start;
        forEachIndex(reduced, (inner) => {
          total = wrap(combine(total, elementAt(x, interleave(outer, inner, axes))), x.dtype);
        });
        return total;
      });
    },
    argReduce(kind, x, axis) {
      const isBetter = argReduceFormulas[kind];
      return build('int32', splice(x.shape, axis, 1, []), (outer) => {
        const element = (position: number) => elementAt(x, splice(outer, axis, 0, [position]));
        let best = 0;
        for (let i = 1; i < x.shape[axis]!; i++) if (isBetter(element(i), element(best))) best = i;
        return best;
      });
    },
    cumulativeSum(x, axis, reverse) {
      return build(x.dtype, x.shape, (index) => {
        const position = index[axis]!;
        const [first, last] = reverse ? [position, x.shape[axis]! - 1] : [0, position];
        let total = 0;
        for (let i = first; i <= last; i++) total = wrap(total + elementAt(x, splice(index, axis, 1, [i])), x.dtype);
        return total;
      });
    },
    matMul(a, b, { transposeA, transposeB }) {
      const [m, k] = lastTwo(a.shape, transposeA);
      const [, n] = lastTwo(b.shape, transposeB);
      const batchRank = Math.max(a.shape.length, b.shape.length) - 2;
      const batch = Array.from({ length: batchRank }, (_, axis) =>
        stretch(a.shape[axis - batchRank + a.shape.length - 2], b.shape[axis - batchRank + b.shape.length - 2]),
      );
      return build(a.dtype, [...batch, m, n], (index) => {
        const outer = index.slice(0, -2);
        const [row, column] = index.slice(-2);
        let total = 0;
        for (let i = 0; i < k; i++) {
          total +=
            matrixElement(a, outer, transposeA ? [i, row!] : [row!, i]) *
            matrixElement(b, outer, transposeB ? [column!, i] : [i, column!]);
        }
        return total;
      });
    },

    slice: (x, starts, sizes, steps) => build(x.dtype, sizes, (index) => elementAt(x, place(index, starts, steps))),
    pad(x, shape, starts, steps, value) {
      const result = createDataArray(x.dtype, sizeOf(shape)).fill(value);
      forEachIndex(x.shape, (index, position) => {
        result[positionOf(place(index, starts, steps), shape)] = x.storage[position]!;
      });
      return result;
    },
    concat(xs, axis) {
      const places = xs.flatMap((x) => Array.from({ length: x.shape[axis]! }, (_, position) => ({ x, position })));
      return build(xs[0]!.dtype, splice(xs[0]!.shape, axis, 1, [places.length]), (index) => {
        const { x, position } = places[index[axis]!]!;
        return elementAt(x, splice(index, axis, 1, [position]));
      });
    },
    transpose(x, permutation) {
      const shape = permutation.map((axis) => x.shape[axis]!);
      return build(x.dtype, shape, (index) => {
        const source = x.shape.map(() => 0);
        permutation.forEach((axis, i) => {
          source[axis] = index[i]!;
        });
        return elementAt(x, source);
      });
    },

    gather(x, indices, axis) {
      checkIndices('gather', indices, x.shape[axis]!);
      const rank = indices.shape.length;
      return build(x.dtype, splice(x.shape, axis, 1, indices.shape), (index) => {
        const selected = elementAt(indices, index.slice(axis, axis + rank));
        return elementAt(x, splice(index, axis, rank, [selected]));
      });
    },
    scatterAdd(updates, indices, axis, size) {
      checkIndices('scatterAdd', indices, size);
      const rank = indices.shape.length;
      const shape = splice(updates.shape, axis, rank, [size]);
      const totals = new Float64Array(sizeOf(shape));
      forEachIndex(updates.shape, (index, position) => {
        const selected = elementAt(indices, index.slice(axis, axis + rank));
        const target = positionOf(splice(index, axis, rank, [selected]), shape);
        totals[target] = wrap(totals[target]! + updates.storage[position]!, updates.dtype);
      });
      return build(updates.dtype, shape, (index) => totals[positionOf(index, shape)]!);
    },

    optimizer,
    random,
    recurrent: referenceRecurrent,
  };
}

function convert(value: number, dtype: DType): number {
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  if (dtype === 'int32') return Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
  return value;
}

/** A running total of int32 wraps; one of floats stays in float64. */
function wrap(total: number, dtype: DType): number {
  return dtype === 'int32' ? total | 0 : total;
}

/** The index whose entries at `axes` come from `inner` and whose others come from `outer`, each in order. */
function interleave(outer: readonly number[], inner: readonly number[], axes: readonly number[]): number[] {
  let fromOuter = 0;
  let fromInner = 0;
  return Array.from({ length: outer.length + inner.length }, (_, axis) =>
    axes.includes(axis) ? inner[fromInner++]! : outer[fromOuter++]!,
  );
}

function place(index: readonly number[], starts: readonly number[], steps: readonly number[]): number[] {
  return index.map((i, axis) => starts[axis]! + i * steps[axis]!);
}

function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns!, rows!] : [rows!, columns!];
}

function stretch(a: number | undefined, b: number | undefined): number {
  return a === undefined || a === 1 ? (b ?? 1) : a;
}

/** The element at `inner` of the matrix that stands, broadcast, at the leading index `outer`. */
function matrixElement(x: Operand<DataArray>, outer: readonly number[], inner: readonly number[]): number {
  const skipped = outer.length + 2 - x.shape.length;
  const leading = x.shape.slice(0, -2).map((length, axis) => (length === 1 ? 0 : outer[axis + skipped]!));
  return elementAt(x, [...leading, ...inner]);
}

function checkIndices(operation: string, indices: Operand<DataArray>, size: number): void {
  for (const index of indices.storage) {
    if (index < 0 || index >= size) {
      throw new IndexError({
        operation,
        argument: 'indices',
        got: `hold ${index}`,
        expected: `values from 0 to ${size - 1}`,
      });
    }
  }
}
