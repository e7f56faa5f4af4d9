import { IndexError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createJsBackend } from './backend-js.ts';
import { get, put } from './testing/operands.ts';

const backend = createJsBackend();
const doubles = (...values: number[]) => put(backend, Float64Array.from(values));
const integers = (...values: number[]) => put(backend, Int32Array.from(values));
const { NaN: nan } = Number;

describe('elementwise', () => {
  it('is stable far from 0', () => {
    const x = doubles(-1000, -40, 0, 40, 1000, nan);
    expect(get(backend.unary('sigmoid', x))).toEqual([0, Math.exp(-40), 0.5, 1, 1, nan]);
    expect(get(backend.unary('softplus', x))).toEqual([0, Math.exp(-40), Math.LN2, 40, 1000, nan]);
    expect(get(backend.unary('tanh', x))).toEqual([-1, -1, 0, 1, 1, nan]);
  });

  it('rounds halves to even', () => {
    const x = doubles(0.5, 1.5, 2.5, -1.5, -2.5, 0.49999999999999994, 2 ** 52 + 1, -Infinity, nan);
    expect(get(backend.unary('round', x))).toEqual([0, 2, 2, -2, -2, 0, 2 ** 52 + 1, -Infinity, nan]);
  });

  it('gives NaN for NaN', () => {
    const x = doubles(nan);
    for (const kind of ['abs', 'sign', 'relu', 'erf'] as const) expect(get(backend.unary(kind, x))).toEqual([nan]);
    for (const kind of ['minimum', 'maximum'] as const) {
      expect(get(backend.binary(kind, x, doubles(1), [1]))).toEqual([nan]);
      expect(get(backend.binary(kind, doubles(1), x, [1]))).toEqual([nan]);
    }
    expect(get(backend.compare('notEqual', x, x, [1]))).toEqual([1]);
    expect(get(backend.compare('equal', x, x, [1]))).toEqual([0]);
  });

  it('wraps int32', () => {
    const least = -(2 ** 31);
    const a = integers(least, 2 ** 31 - 1, 123456789, 7, -7);
    const b = integers(-1, 1, 987654321, 0, 2);
    expect(get(backend.binary('add', a, b, [5]))).toEqual([2 ** 31 - 1, least, 1111111110, 7, -5]);
    expect(get(backend.binary('multiply', a, b, [5]))).toEqual([least, 2 ** 31 - 1, -67153019, 0, -14]);
    expect(get(backend.binary('divide', a, b, [5]))).toEqual([least, 2 ** 31 - 1, 0, 0, -3]);
    expect(get(backend.unary('abs', a))).toEqual([least, 2 ** 31 - 1, 123456789, 7, 7]);
    expect(get(backend.reduce('sum', integers(2 ** 31 - 1, 1, 1), [0]))).toEqual([least + 1]);
  });

  it('casts with saturation', () => {
    const x = doubles(nan, 1e10, -1e10, 2.9, -2.9, 0);
    expect(get(backend.cast(x, 'int32'))).toEqual([0, 2 ** 31 - 1, -(2 ** 31), 2, -2, 0]);
    expect(get(backend.cast(x, 'bool'))).toEqual([1, 1, 1, 1, 1, 0]);
  });

  it('broadcasts scalars, rows, columns and both at once', () => {
    const x = put(backend, Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const row = put(backend, Float32Array.of(10, 20, 30));
    const column = put(backend, Float32Array.of(100, 200), [2, 1]);
    const one = put(backend, Float32Array.of(1), []);
    expect(get(backend.binary('subtract', x, one, [2, 3]))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(get(backend.binary('add', row, x, [2, 3]))).toEqual([11, 22, 33, 14, 25, 36]);
    expect(get(backend.binary('add', x, column, [2, 3]))).toEqual([101, 102, 103, 204, 205, 206]);
    expect(get(backend.binary('add', row, column, [2, 3]))).toEqual([110, 120, 130, 210, 220, 230]);
    const mask = put(backend, Uint8Array.of(1, 0), [2, 1]);
    expect(get(backend.select(mask, row, column, [2, 3]))).toEqual([10, 20, 30, 200, 200, 200]);
    expect(get(backend.binary('add', put(backend, new Float32Array(0), [0, 3]), row, [0, 3]))).toEqual([]);
  });
});

describe('reductions', () => {
  it('reduces any axes', () => {
    const shape = [2, 3, 2, 5];
    const x = put(
      backend,
      Float64Array.from({ length: 60 }, (_, i) => (i * 37) % 60),
      shape,
    );
    for (let bits = 0; bits < 16; bits++) {
      const axes = [0, 1, 2, 3].filter((axis) => bits & (1 << axis));
      const expected = new Map<number, number[]>();
      for (const [i, value] of get(x.storage).entries()) {
        const place = [Math.floor(i / 30), Math.floor(i / 10) % 3, Math.floor(i / 5) % 2, i % 5];
        const key = place.reduce((sum, p, axis) => (axes.includes(axis) ? sum : sum * shape[axis]! + p), 0);
        expected.set(key, [...(expected.get(key) ?? []), value]);
      }
      const groups = [...expected.values()];
      expect(get(backend.reduce('sum', x, axes))).toEqual(groups.map((group) => group.reduce((a, b) => a + b)));
      expect(get(backend.reduce('max', x, axes))).toEqual(groups.map((group) => Math.max(...group)));
      expect(get(backend.reduce('min', x, axes))).toEqual(groups.map((group) => Math.min(...group)));
    }
  });

  it('keeps float32 sums of many elements exact to the last place', () => {
    const size = 2 ** 20;
    const tenth = Math.fround(0.1);
    const x = backend.fill(2 * size, 0.1, 'float32');
    const over = (shape: number[], axis: number) =>
      get(backend.reduce('sum', { storage: x, shape, dtype: 'float32' }, [axis]));
    expect(over([2, size], 1)).toEqual([tenth * size, tenth * size]);
    expect(over([size, 2], 0)).toEqual([tenth * size, tenth * size]);
  });

  it('gives NaN when any is NaN, and its position', () => {
    const x = put(backend, Float32Array.of(1, nan, 3, 4, nan, nan), [2, 3]);
    expect(get(backend.reduce('max', x, [1]))).toEqual([nan, nan]);
    expect(get(backend.reduce('min', x, [0]))).toEqual([1, nan, nan]);
    expect(get(backend.argReduce('argMax', x, 1))).toEqual([1, 1]);
    expect(get(backend.argReduce('argMin', x, 0))).toEqual([0, 0, 1]);
  });

  it('sums nothing to 0, in recycled memory too', () => {
    const own = createJsBackend();
    own.free(own.fill(2, 9, 'float32'));
    expect(get(own.reduce('sum', put(own, new Float32Array(0), [2, 0]), [1]))).toEqual([0, 0]);
    expect(get(own.cumulativeSum(put(own, new Float32Array(0), [2, 0]), 1, false))).toEqual([]);
  });

  it('runs sums both ways', () => {
    const x = put(backend, Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    expect(get(backend.cumulativeSum(x, 1, false))).toEqual([1, 3, 6, 4, 9, 15]);
    expect(get(backend.cumulativeSum(x, 0, true))).toEqual([5, 7, 9, 4, 5, 6]);
  });
});

describe('moving', () => {
  const x = put(backend, Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);

  it('slices and pads with steps', () => {
    expect(get(backend.slice(x, [1, 2], [2, 2], [-1, -2]))).toEqual([6, 4, 3, 1]);
    expect(get(backend.pad(x, [3, 4], [2, 1], [-2, 1], 9))).toEqual([9, 4, 5, 6, 9, 9, 9, 9, 9, 1, 2, 3]);
    expect(get(backend.slice(x, [0, 3], [2, 0], [1, 1]))).toEqual([]);
  });

  it('joins and turns', () => {
    expect(get(backend.concat([x, x], 1))).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    expect(get(backend.transpose(x, [1, 0]))).toEqual([1, 4, 2, 5, 3, 6]);
    const size = 37 * 41;
    const large = put(
      backend,
      Float64Array.from({ length: size }, (_, i) => i),
      [37, 41],
    );
    const turned = get(backend.transpose(large, [1, 0]));
    for (let i = 0; i < size; i++) expect(turned[i]).toBe((i % 37) * 41 + Math.floor(i / 37));
  });

  it('gathers, and scatters back', () => {
    expect(get(backend.gather(x, integers(2, 0), 1))).toEqual([3, 1, 6, 4]);
    expect(get(backend.scatterAdd(x, integers(1, 3, 1), 1, 4))).toEqual([0, 4, 0, 2, 0, 10, 0, 5]);
    const cancelling = put(backend, Float32Array.of(2 ** 24, 1, -(2 ** 24)));
    expect(get(backend.scatterAdd(cancelling, integers(0, 0, 0), 0, 1))).toEqual([1]);
  });

  it('refuses indices outside the axis', () => {
    const table = doubles(1, 2, 3, 4, 5);
    const gather = () => backend.gather(table, integers(0, 4, 1, 9), 0);
    expect(gather).toThrow(IndexError);
    expect(gather).toThrow('gather: indices[3] is 9, expected 0 to 4');
    expect(() => backend.scatterAdd(doubles(1), integers(-1), 0, 5)).toThrow(
      'scatterAdd: indices[0] is -1, expected 0 to 4',
    );
    expect(() => backend.gather(doubles(), integers(0), 0)).toThrow(
      'gather: indices[0] is 0, expected none, for an axis of size 0',
    );
  });
});

describe('storages', () => {
  it('never share memory, also after double frees', async () => {
    const own = createJsBackend();
    const host = Float32Array.of(1, 2);
    const a = put(own, host);
    const copy = await own.download(a);
    host[0] = 7;
    expect([...copy]).toEqual([1, 2]);
    own.free(a.storage);
    own.free(a.storage);
    const b = own.fill(2, 3, 'float32');
    const c = own.fill(2, 4, 'float32');
    expect([get(b), get(c), [...copy]]).toEqual([
      [3, 3],
      [4, 4],
      [1, 2],
    ]);
    expect(() => own.unary('exp', a)).toThrow('js backend: a storage was used after it had been freed');
  });

  it('holds as much freed memory as the option says', () => {
    expect(createJsBackend().info).toEqual({ poolBytes: 2 ** 28 });
    expect(createJsBackend({ poolBytes: 0 }).info).toEqual({ poolBytes: 0 });
    expect(() => createJsBackend({ poolBytes: -1 })).toThrow('createJsBackend: poolBytes is -1, expected at least 0');
  });
});
