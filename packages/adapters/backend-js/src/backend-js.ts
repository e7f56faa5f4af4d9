import {
  aroundAxis,
  type Backend,
  checkGiven,
  type DataArray,
  type DType,
  flushSubnormal,
  type Operand,
  readOptions,
  sizeOf,
} from '@sluice/core';
import { binary, compare, type Elements } from './binary.ts';
import { flush } from './flush.ts';
import { checkIndices, gather, scatterAdd } from './gather.ts';
import { matMul, matMulShape } from './mat-mul.ts';
import { copyStrided, permuted, placeOf, wholeOf } from './move.ts';
import { ArrayPool } from './pool.ts';
import { argReduce, cumulativeSum, reduce } from './reduce.ts';
import { select } from './select.ts';
import { elementsOf, type JsStorage } from './storage.ts';
import { cast, unary } from './unary.ts';
import { Workspace } from './workspace.ts';

export interface JsBackendOptions {
  /**
   * Bytes of freed arrays, with what they cost beside their elements, that may be kept for reuse, at least 0. Default
   * 256 MiB, the intermediates of a training step of medium size; 0 leaves them all to the garbage collector.
   */
  readonly poolBytes?: number | undefined;
}

/**
 * A backend in plain TypeScript for float32, float64, int32 and bool: it runs wherever JavaScript does, on the calling
 * thread. Sums and products of float32 are added up in double precision.
 * @example
 * const device = new Device(createJsBackend());
 * @throws OptionError when `poolBytes` is negative or not a number.
 */
export function createJsBackend(options?: JsBackendOptions): Backend<JsStorage> {
  const { poolBytes } = readOptions('createJsBackend', options, { poolBytes: 256 * 2 ** 20 });
  checkGiven(typeof poolBytes === 'number' && poolBytes >= 0, 'createJsBackend', 'poolBytes', poolBytes, 'at least 0');
  const pool = new ArrayPool(poolBytes);
  const workspace = new Workspace();

  /** A new storage; `write` has to write every element. */
  function make(dtype: DType, size: number, write: (data: DataArray) => void): JsStorage {
    const data = pool.take(dtype, size);
    write(data);
    return { dtype, data };
  }

  /** The same for what is computed or comes from the host: these are the elements that may be too small to be kept. */
  function compute(dtype: DType, size: number, write: (data: DataArray) => void): JsStorage {
    return make(dtype, size, (y) => {
      write(y);
      flush(dtype, y);
    });
  }

  return {
    name: 'js',
    info: { poolBytes },
    supports: () => true,

    upload: (data, dtype) => compute(dtype, data.length, (y) => y.set(data)),
    download: async (x) => elementsOf(x).slice(),
    free(storage) {
      const { data } = storage;
      if (data === undefined) return;
      storage.data = undefined;
      pool.give(storage.dtype, data);
    },

    fill: (size, value, dtype) =>
      make(dtype, size, (y) => y.fill(dtype === 'bool' ? Number(value !== 0) : flushSubnormal(value, dtype))),
    cast(x, dtype) {
      const data = elementsOf(x);
      return compute(dtype, data.length, (y) => cast(x.dtype, dtype, data, y));
    },

    unary(kind, x) {
      const data = elementsOf(x);
      return compute(x.dtype, data.length, (y) => unary(kind, x.dtype, data, y));
    },
    binary: (kind, a, b, shape) =>
      compute(a.dtype, sizeOf(shape), (y) => binary(kind, a.dtype, read(a), read(b), shape, y)),
    compare: (kind, a, b, shape) => make('bool', sizeOf(shape), (y) => compare(kind, read(a), read(b), shape, y)),
    select: (condition, a, b, shape) =>
      make(a.dtype, sizeOf(shape), (y) => select(read(condition), read(a), read(b), shape, y)),

    reduce(kind, x, axes) {
      const kept = x.shape.filter((_, axis) => !axes.includes(axis));
      return compute(x.dtype, sizeOf(kept), (y) => reduce(kind, x.dtype, elementsOf(x), x.shape, axes, y));
    },
    argReduce(kind, x, axis) {
      const { outer, size, inner } = aroundAxis(x.shape, axis);
      return make('int32', outer * inner, (y) => argReduce(kind, elementsOf(x), size, inner, y));
    },
    cumulativeSum(x, axis, reverse) {
      const { size, inner } = aroundAxis(x.shape, axis);
      const data = elementsOf(x);
      return compute(x.dtype, data.length, (y) => cumulativeSum(x.dtype, data, size, inner, reverse, y));
    },
    matMul(a, b, matMulOptions) {
      const shape = matMulShape(a.shape, b.shape, matMulOptions);
      return compute(a.dtype, sizeOf(shape), (y) => matMul(read(a), read(b), matMulOptions, y, workspace));
    },

    slice: (x, starts, sizes, steps) =>
      make(x.dtype, sizeOf(sizes), (y) =>
        copyStrided(sizes, placeOf(elementsOf(x), x.shape, starts, steps), wholeOf(y, sizes)),
      ),
    pad: (x, shape, starts, steps, value) =>
      make(x.dtype, sizeOf(shape), (y) => {
        y.fill(flushSubnormal(value, x.dtype));
        copyStrided(x.shape, wholeOf(elementsOf(x), x.shape), placeOf(y, shape, starts, steps));
      }),
    concat(xs, axis) {
      const size = xs.reduce((sum, x) => sum + x.shape[axis]!, 0);
      const shape = xs[0]!.shape.map((length, i) => (i === axis ? size : length));
      const { inner } = aroundAxis(shape, axis);
      return make(xs[0]!.dtype, sizeOf(shape), (y) => {
        const { strides } = wholeOf(y, shape);
        let start = 0;
        for (const x of xs) {
          copyStrided(x.shape, wholeOf(elementsOf(x), x.shape), { data: y, start, strides });
          start += x.shape[axis]! * inner;
        }
      });
    },
    transpose(x, permutation) {
      const shape = permutation.map((axis) => x.shape[axis]!);
      return make(x.dtype, sizeOf(shape), (y) =>
        copyStrided(shape, permuted(elementsOf(x), x.shape, permutation), wholeOf(y, shape)),
      );
    },

    gather(x, indices, axis) {
      const { outer, size, inner } = aroundAxis(x.shape, axis);
      const positions = elementsOf(indices);
      checkIndices('gather', positions, size);
      return make(x.dtype, outer * positions.length * inner, (y) => gather(elementsOf(x), positions, size, inner, y));
    },
    scatterAdd(updates, indices, axis, size) {
      const positions = elementsOf(indices);
      checkIndices('scatterAdd', positions, size);
      const outer = sizeOf(updates.shape.slice(0, axis));
      const inner = sizeOf(updates.shape.slice(axis + indices.shape.length));
      return compute(updates.dtype, outer * size * inner, (y) =>
        scatterAdd(elementsOf(updates), positions, size, inner, y),
      );
    },

    dispose() {
      pool.close();
      workspace.clear();
    },
  };
}

function read(x: Operand<JsStorage>): Elements {
  return { data: elementsOf(x), shape: x.shape };
}
