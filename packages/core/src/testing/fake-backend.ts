import type { Backend, Operand } from '../backend.ts';
import type { DataArray, DType } from '../dtype.ts';
import { createDataArray } from '../dtype.ts';

interface FakeStorage {
  data: DataArray | undefined;
}

/** What the tests of core need of a backend: it stores, and refuses to compute, or to free twice. */
export function createFakeBackend(supported: readonly DType[] = ['float32', 'int32', 'bool', 'float64']) {
  const calls: string[] = [];
  const refuse = (method: string) => (): never => {
    throw new Error(`the fake backend has no ${method}`);
  };
  const dataOf = ({ data }: FakeStorage): DataArray => {
    if (data === undefined) throw new Error('the storage was freed before');
    return data;
  };
  const backend: Backend<FakeStorage> = {
    name: 'fake',
    info: {},
    supports: (dtype) => supported.includes(dtype),
    upload: (data) => ({ data: data.slice() }),
    download: async (x: Operand<FakeStorage>) => dataOf(x.storage).slice(),
    free(storage) {
      dataOf(storage);
      storage.data = undefined;
      calls.push('free');
    },
    fill: (size, value, dtype) => ({ data: createDataArray(dtype, size).fill(value) }),
    cast: refuse('cast'),
    unary: refuse('unary'),
    binary: refuse('binary'),
    compare: refuse('compare'),
    select: refuse('select'),
    reduce: refuse('reduce'),
    argReduce: refuse('argReduce'),
    cumulativeSum: refuse('cumulativeSum'),
    matMul: refuse('matMul'),
    slice: refuse('slice'),
    pad: refuse('pad'),
    concat: refuse('concat'),
    transpose: refuse('transpose'),
    gather: refuse('gather'),
    scatterAdd: refuse('scatterAdd'),
    dispose: () => void calls.push('dispose'),
  };
  /** `calls`: the frees and disposals so far. */
  return { backend, calls };
}
