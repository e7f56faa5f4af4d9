import type { DataArray, Operand } from '@sluice/core';
import type { Faults } from './fault.ts';

/** Faults of single kernels. */
export const kernelFaults: Faults = {
  'maximum that loses NaN': {
    breaks: (right) => ({
      binary: (kind, a, b, shape) =>
        kind === 'maximum'
          ? right.select(bool(right.compare('greater', a, b, shape), shape), a, b, shape)
          : right.binary(kind, a, b, shape),
    }),
    check: 'binary maximum float32: special values',
    message:
      /^binary maximum: float32 \[225\], float32 \[225\] -> float32 \[225\]: element \[\d+\] is .*, expected NaN$/,
  },
  'int32 products through doubles': {
    breaks: (right) => ({
      binary(kind, a, b, shape) {
        if (kind !== 'multiply' || a.dtype !== 'int32') return right.binary(kind, a, b, shape);
        const [x, y] = [a, b].map((side) => double(right.cast(side, 'float64'), side));
        return Int32Array.from(right.binary('multiply', x!, y!, shape));
      },
    }),
    check: 'binary multiply int32: special values',
    message: /^binary multiply: int32 .* -> int32 \[100\]: element \[\d+\] is -?\d+, expected -?\d+$/,
  },
  'broadcasting that repeats the flat data': {
    breaks: (right) => ({
      binary(kind, a, b, shape) {
        const size = shape.reduce((product, length) => product * length, 1);
        const repeat = (x: Operand<DataArray>) => {
          const data = right.fill(size, 0, x.dtype);
          return { ...x, shape, storage: data.map((_, i) => x.storage[i % x.storage.length]!) as DataArray };
        };
        return right.binary(kind, repeat(a), repeat(b), shape);
      },
    }),
    check: 'binary add float32: broadcasts in all directions',
    message: /^binary add: .*: element \[.*\] is .*, expected .*\n\(case .*, found in run \d+ and reduced\)$/,
  },
  'transposeB read as not set': {
    breaks: (right) => ({
      matMul(a, b, options) {
        const [n, k] = b.shape.slice(-2);
        if (n !== k) return right.matMul(a, b, options);
        return right.matMul(a, b, { ...options, transposeB: false });
      },
    }),
    check: 'matMul float32 transposeB: any sizes, leading axes broadcast',
    message: /^matMul transposeB: float32 /,
  },
  'products in half precision': {
    breaks: (right) => ({
      matMul: (a, b, options) => right.matMul(a, b, options).map((value) => Number(value.toPrecision(4))),
    }),
    check: 'matMul float32: larger, odd sizes',
    message: /expected .* \(within \d\.\de-\d+\)$/,
  },
  'zeros skipped in products': {
    breaks: (right) => ({
      matMul(a, b, options) {
        const result = right.matMul(a, b, options);
        return a.storage.every((value) => value === 0) ? result.fill(0) : result;
      },
    }),
    check: 'matMul float32: zero times NaN or infinity is NaN',
    message: /element \[0, 0\] is 0, expected NaN$/,
  },
  'gather that aliases its operand when it selects all': {
    breaks: (right) => ({
      gather(x, indices, axis) {
        const result = right.gather(x, indices, axis);
        return result.length === x.storage.length && result.every((value, i) => Object.is(value, x.storage[i]))
          ? x.storage
          : result;
      },
    }),
    check: 'gather float32: any axis, indices of rank 0 to 3',
    message: /^gather along \d: .*: element .* is 99, expected/,
  },
  'concat of one that is no copy': {
    breaks: (right) => ({ concat: (xs, axis) => (xs.length === 1 ? xs[0]!.storage : right.concat(xs, axis)) }),
    check: 'concat of one: two results are two storages, and equal to the bit',
    message: /^concat of one twice: the results are one storage, expected two new ones$/,
  },
  'an operand changed in place': {
    breaks: (right) => ({
      cumulativeSum(x, axis, reverse) {
        x.storage.set(right.cumulativeSum(x, axis, reverse));
        return x.storage.slice();
      },
    }),
    check: 'cumulativeSum float32',
    message: /^cumulativeSum along .*: operand 0 after the call: element /,
  },
  'memory used anew without zeroing': {
    breaks(right) {
      const pool = new Map<number, DataArray>();
      return {
        free: (storage) => void pool.set(storage.byteLength, storage),
        fill(size, value, dtype) {
          const fresh = right.fill(size, value, dtype);
          const stale = value === 0 ? pool.get(fresh.byteLength) : undefined;
          if (stale === undefined || stale.constructor !== fresh.constructor) return fresh;
          pool.delete(fresh.byteLength);
          return stale;
        },
      };
    },
    check: 'fill float32: any size and value, over stale memory',
    message: /^fill 0: float32 \[1\]: element \[0\] is -7654\.25, expected 0$/,
  },
  'scatterAdd where the last of repeated indices wins': {
    breaks: (right) => ({
      scatterAdd(updates, indices, axis, size) {
        const result = right.scatterAdd(updates, indices, axis, size);
        if (axis > 0 || indices.shape.length !== 1) return result;
        const row = updates.storage.length / Math.max(1, indices.storage.length);
        indices.storage.forEach((target, i) => {
          result.set(updates.storage.subarray(i * row, (i + 1) * row), target * row);
        });
        return result;
      },
    }),
    check: 'scatterAdd float32: any axis, repeated indices add up',
    message: /^scatterAdd along 0 of \d: /,
  },
  'gather that clamps its indices': {
    breaks: (right) => ({
      gather(x, indices, axis) {
        const storage = indices.storage.map((i) => Math.min(Math.max(i, 0), x.shape[axis]! - 1)) as DataArray;
        return right.gather(x, { ...indices, storage }, axis);
      },
    }),
    check: 'gather: index 4 into 4 is an IndexError, at the call or at the next download',
    message: /^gather with index 4 into an axis of 4: nothing was thrown$/,
  },
  'pad that ignores negative steps': {
    breaks: (right) => ({
      pad: (x, shape, starts, steps, value) => {
        const last = (axis: number) => starts[axis]! + (x.shape[axis]! - 1) * steps[axis]!;
        const low = starts.map((start, axis) => (x.shape[axis]! > 0 && steps[axis]! < 0 ? last(axis) : start));
        return right.pad(x, shape, low, steps.map(Math.abs), value);
      },
    }),
    check: 'pad float32: is the adjoint of slice, <slice(x), y> = <x, pad(y)>',
    message: /^pad: <slice\(x\), y> is -?\d+, but <x, pad\(y\)> is -?\d+/,
  },
  'argMax that prefers the last': {
    breaks: (right) => ({
      argReduce(kind, x, axis) {
        const last = x.shape[axis]! - 1;
        const reversed = right.gather(x, indexRange(last), axis);
        return right.argReduce(kind, { ...x, storage: reversed }, axis).map((i) => last - i);
      },
    }),
    check: 'argReduce argMax int32: ties, along any axis',
    message: /^argReduce argMax along \d: int32 /,
  },
  'rounding of halves away from zero': {
    breaks: (right) => ({
      unary: (kind, x) => (kind === 'round' ? x.storage.map(Math.round) : right.unary(kind, x)),
    }),
    check: 'unary round float32: special values',
    message: /^unary round: float32 \[15\] -> float32 \[15\]: element \[7\] is 1, expected 0$/,
  },
  'expm1 through exp': {
    breaks: (right) => ({
      unary: (kind, x) => (kind === 'expm1' ? right.unary('exp', x).map((value) => value - 1) : right.unary(kind, x)),
    }),
    check: 'unary expm1 float32: small arguments keep their digits',
    message: /^unary expm1: /,
  },
  'casts to int32 that wrap': {
    breaks: (right) => ({
      cast: (x, dtype) => (dtype === 'int32' ? Int32Array.from(x.storage) : right.cast(x, dtype)),
    }),
    check: 'cast float32 to int32',
    message: /^cast: float32 .* -> int32 .*: element \[\d+\] is .*, expected 2147483647$/,
  },
  'an upload that keeps the host array': {
    breaks: () => ({ upload: (data) => data }),
    check: 'upload int32: copies, also from the middle of a buffer',
    message: /^upload int32, host array changed afterwards: element \[0\] is -76543, expected/,
  },
  'a download of the storage itself': {
    breaks: () => ({ download: async (x) => x.storage }),
    check: 'download float32: keeps its elements when the storage is freed and used anew',
    message: /^download float32, storage freed afterwards: element \[0\] is 99/,
  },
  'results of another type': {
    breaks: (right) => ({ compare: (...all) => Int32Array.from(right.compare(...all)) }),
    check: 'compare less int32: special values',
    message: /: the result is a Int32Array, expected Uint8Array$/,
  },
  'too many elements': {
    breaks: (right) => ({ reduce: (kind, x, axes) => right.concat([flat(right.reduce(kind, x, axes), x), x], 0) }),
    check: 'reduce sum float32: some hundred elements',
    message: /^reduce sum over \[0\]: float32 \[13, 9, 11\] -> float32 \[9, 11\]: (threw|the result has)/,
  },
  'a sigmoid that never quite opens': {
    breaks: (right) => ({
      unary: (kind, x) =>
        kind === 'sigmoid' ? right.unary(kind, x).map((value) => value * (1 - 1e-6)) : right.unary(kind, x),
    }),
    check: 'constant error carousel float32: a pulse survives 1000 steps forwards',
    message: /^the cell state after 1000 steps: element \[0, 0\] is 0\.749.*, expected 0\.75$/,
  },
  'sums that depend on the moment': {
    breaks(right) {
      let calls = 0;
      return { reduce: (...all) => right.reduce(...all).map((x) => x * (1 + 1e-7 * calls++)) };
    },
    check: 'matMul, reduce and scatterAdd: the same bits every time',
    message: /^reduce sum again: element \[\] is/,
  },
};

function bool(storage: DataArray, shape: readonly number[]): Operand<DataArray> {
  return { storage, shape, dtype: 'bool' };
}

function double(storage: DataArray, { shape }: Operand<DataArray>): Operand<DataArray> {
  return { storage, shape, dtype: 'float64' };
}

function flat(storage: DataArray, { shape, dtype }: Operand<DataArray>): Operand<DataArray> {
  return { storage, shape: [1, ...shape.slice(1)], dtype };
}

function indexRange(last: number): Operand<DataArray> {
  const storage = Int32Array.from({ length: last + 1 }, (_, i) => last - i);
  return { storage, shape: [last + 1], dtype: 'int32' };
}
