import { describe, expect, it } from 'vitest';
import { DTypeError, ShapeError } from './errors.ts';
import { type TensorDataOptions, type TensorLike, toTensorData } from './tensor-data.ts';

function convert(value: unknown, options: TensorDataOptions = {}) {
  return toTensorData('tensor', value as TensorLike, options, 'float32');
}

describe('toTensorData', () => {
  it('reads scalars and nested arrays', () => {
    expect(convert(2.5)).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(2.5) });
    expect(
      convert([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual({
      dtype: 'float32',
      shape: [2, 3],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(convert([[[1]], [[2]]]).shape).toEqual([2, 1, 1]);
    expect(toTensorData('tensor', [1], {}, 'float64').data).toEqual(Float64Array.of(1));
  });

  it('reads empty arrays as floats', () => {
    expect(convert([])).toEqual({ dtype: 'float32', shape: [0], data: new Float32Array(0) });
    expect(convert([[], []])).toEqual({ dtype: 'float32', shape: [2, 0], data: new Float32Array(0) });
  });

  it('reads booleans as bool, and as numbers among numbers', () => {
    expect(convert(true)).toEqual({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
    expect(convert([[true, false]])).toEqual({ dtype: 'bool', shape: [1, 2], data: Uint8Array.of(1, 0) });
    expect(convert([true, 2])).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
    expect(convert([true, false], { dtype: 'int32' }).data).toEqual(Int32Array.of(1, 0));
  });

  it.each([
    [new Int32Array(3), 'int32'],
    [new Uint8Array(3), 'bool'],
  ])('takes the dtype of typed arrays of whole numbers: %o', (data, dtype) => {
    expect(convert(data)).toEqual({ dtype, shape: [3], data });
  });

  it.each(['float32', 'float64'] as const)(
    'reads typed arrays of floats as %s, unless another dtype is asked for',
    (float) => {
      const typed = { float32: Float32Array.of(0.5, 2), float64: Float64Array.of(0.5, 2) };
      for (const data of Object.values(typed)) {
        expect(toTensorData('tensor', data, {}, float)).toEqual({ dtype: float, shape: [2], data: typed[float] });
        for (const dtype of ['float32', 'float64'] as const) {
          expect(toTensorData('tensor', data, { dtype }, float)).toEqual({ dtype, shape: [2], data: typed[dtype] });
        }
      }
      // Host data say what they are.
      const host = { dtype: 'float64', shape: [2], data: typed.float64 } as const;
      expect(toTensorData('tensor', host, {}, float)).toEqual(host);
    },
  );

  it('takes shape and dtype from the options, or from host data', () => {
    expect(convert([1, 2, 3, 4], { shape: [2, 2], dtype: 'int32' })).toEqual({
      dtype: 'int32',
      shape: [2, 2],
      data: Int32Array.of(1, 2, 3, 4),
    });
    const host = { dtype: 'int32', shape: [1, 2], data: Int32Array.of(7, 8) } as const;
    expect(convert(host)).toEqual(host);
    expect(convert(host, { shape: [2], dtype: 'float64' })).toEqual({
      dtype: 'float64',
      shape: [2],
      data: Float64Array.of(7, 8),
    });
    expect(convert(5, { shape: [1, 1] }).shape).toEqual([1, 1]);
  });

  it('rounds to float32', () => {
    expect(convert([0.1, 1e300]).data).toEqual(Float32Array.of(Math.fround(0.1), Infinity));
    expect(convert([NaN, -0, -Infinity]).data).toEqual(Float32Array.of(NaN, -0, -Infinity));
  });

  it.each([
    [[[1, 2], [3]], 'tensor: data is ragged, expected 2 entries in every row at depth 1, as in the first'],
    [[[1, 2], 3], 'tensor: data is ragged, expected 2 entries in every row at depth 1, as in the first'],
    [[[], [1]], 'tensor: data is ragged, expected 0 entries in every row at depth 1, as in the first'],
    [[1, [2]], 'tensor: data is ragged, expected numbers or booleans in even rows'],
    [[1, 'two'], 'tensor: data has an entry that is a string, expected numbers or booleans in even rows'],
    [[1, null], 'tensor: data has an entry that is null, expected numbers or booleans in even rows'],
    [[1, undefined], 'tensor: data has an entry that is undefined, expected numbers or booleans in even rows'],
    [[1n], 'tensor: data has an entry that is a bigint, expected numbers or booleans in even rows'],
    [null, 'tensor: data is null, expected numbers or booleans in even rows'],
    [undefined, 'tensor: data is undefined, expected numbers or booleans in even rows'],
    [new Uint16Array(2), 'tensor: data is of class Uint16Array, expected numbers or booleans in even rows'],
    [
      [new Float32Array(2)],
      'tensor: data has an entry that is of class Float32Array, expected numbers or booleans in even rows',
    ],
  ])('refuses what is no even array: %o', (value, message) => {
    expect(() => convert(value)).toThrow(ShapeError);
    expect(() => convert(value)).toThrow(message);
  });

  it('refuses a shape of another size, or none', () => {
    expect(() => convert([1, 2, 3], { shape: [2, 2] })).toThrow(ShapeError);
    expect(() => convert([1, 2, 3], { shape: [2, 2] })).toThrow(
      'tensor: data has 3 elements, expected 4 for shape [2, 2]',
    );
    expect(() => convert(1, { shape: [0] })).toThrow('tensor: data has 1 elements, expected 0 for shape [0]');
    expect(() => convert([1], { shape: [-1, -1] })).toThrow(
      'tensor: shape is [-1, -1], expected whole sizes of at least 0',
    );
  });

  it.each([NaN, Infinity, 0.5, 2 ** 31, -(2 ** 31) - 1])('refuses %d as int32', (value) => {
    expect(() => convert([7, value], { dtype: 'int32' })).toThrow(DTypeError);
    expect(() => convert(Float64Array.of(7, value), { dtype: 'int32' })).toThrow(
      `tensor: data[1] is ${value}, expected a whole number of 32 bits`,
    );
  });

  it('takes the ends of int32', () => {
    const ends = [2 ** 31 - 1, -(2 ** 31)];
    expect(convert(ends, { dtype: 'int32' }).data).toEqual(Int32Array.from(ends));
  });

  it.each([2, -1, 0.5, NaN, 256])('refuses %d as bool', (value) => {
    expect(() => convert([1, 0, value], { dtype: 'bool' })).toThrow(DTypeError);
    expect(() => convert([1, 0, value], { dtype: 'bool' })).toThrow(
      `tensor: data[2] is ${value}, expected true, false, 0 or 1`,
    );
  });

  it('refuses bytes other than 0 and 1', () => {
    expect(() => convert(Uint8Array.of(0, 3))).toThrow('tensor: data[1] is 3, expected true, false, 0 or 1');
    expect(convert(Uint8Array.of(0, 3), { dtype: 'float32' }).data).toEqual(Float32Array.of(0, 3));
  });
});
