import type { Backend, Operand, Shape } from '@sluice/core';
import { type ConformanceCheck, demand } from '../kit/check.ts';
import { runCase, upload } from '../kit/run-case.ts';
import { hostArray, wholeArray } from '../kit/values.ts';

const dtype = 'float32';
const shapes: readonly Shape[] = [[], [1], [6], [2, 3], [2, 3, 4], [1, 5, 1], [2, 1, 3, 2], [2, 2, 1, 3, 2]];

interface Identity {
  readonly method: string;
  /** The least number of axes that it needs. Default 0. */
  readonly rank?: number | undefined;
  call<S>(backend: Backend<S>, x: Operand<S>, other: (shape: Shape, value: number) => Operand<S>): S;
}

const each = (shape: Shape, value: number) => shape.map(() => value);

/** Calls whose result has the elements of their operand. */
const identities: readonly Identity[] = [
  { method: 'slice', call: (backend, x) => backend.slice(x, each(x.shape, 0), x.shape, each(x.shape, 1)) },
  { method: 'pad', call: (backend, x) => backend.pad(x, x.shape, each(x.shape, 0), each(x.shape, 1), 0) },
  { method: 'transpose', call: (backend, x) => backend.transpose(x, [...x.shape.keys()]) },
  { method: 'concat', rank: 1, call: (backend, x) => backend.concat([x], x.shape.length - 1) },
  { method: 'concat of nothing more', rank: 1, call: concatWithNothing },
  { method: 'reduce', call: (backend, x) => backend.reduce('sum', x, []) },
  { method: 'cast', call: (backend, x) => backend.cast(x, dtype) },
  { method: 'binary', call: (backend, x, other) => backend.binary('multiply', x, other([], 1), x.shape) },
  { method: 'select', call: (backend, x, other) => backend.select(truth(other([], 1)), x, x, x.shape) },
  { method: 'cumulativeSum', rank: 1, call: cumulativeSumOfOnes },
];

function truth<S>(x: Operand<S>): Operand<S> {
  return { ...x, dtype: 'bool' };
}

function concatWithNothing<S>(backend: Backend<S>, x: Operand<S>): S {
  const nothing = { storage: backend.fill(0, 0, dtype), shape: x.shape.with(0, 0), dtype } as const;
  const result = backend.concat([nothing, x, nothing], 0);
  backend.free(nothing.storage);
  return result;
}

/** Along an axis of length 1 each element is its own sum; the shape is read from the operand. */
function cumulativeSumOfOnes<S>(backend: Backend<S>, x: Operand<S>): S {
  return backend.cumulativeSum({ ...x, shape: [...x.shape, 1] }, x.shape.length, false);
}

/** Results with the elements of an operand are storages of their own: the operand may be freed, and its memory used again. */
export const copyChecks: readonly ConformanceCheck[] = [
  ...identities.map(
    ({ method, rank = 0, call }): ConformanceCheck => ({
      name: `${method}: a result equal to its operand is a copy`,
      dtypes: [dtype, 'bool'],
      async run(context) {
        for (const shape of shapes.filter(({ length }) => length >= rank)) {
          await runCase(context, {
            label: `${method} of all`,
            operands: [wholeArray(dtype, shape, 1)],
            shape,
            dtype,
            precision: 'exact',
            call: (backend, [x]) => {
              const made: Operand<unknown>['storage'][] = [];
              const wanted = method === 'select' ? 'bool' : dtype;
              const result = call(backend, x!, (size, value) => {
                const storage = backend.fill(1, value, wanted);
                made.push(storage);
                return { storage, shape: size, dtype: wanted };
              });
              for (const storage of made) backend.free(storage as typeof result);
              return result;
            },
          });
        }
      },
    }),
  ),
  {
    name: 'gather: all places in their order are a copy',
    dtypes: [dtype, 'int32'],
    async run(context) {
      for (const shape of shapes.filter(({ length }) => length > 0)) {
        for (const [axis, size] of shape.entries()) {
          await runCase(context, {
            label: `gather of all along ${axis}`,
            operands: [wholeArray(dtype, shape, 1), hostArray('int32', [size], [...Array(size).keys()])],
            ...{ shape, dtype, precision: 'bits' },
            call: (backend, [x, indices]) => backend.gather(x!, indices!, axis),
          });
        }
      }
    },
  },
  {
    name: 'concat: equal arrays, and one array twice, along any axis',
    dtypes: [dtype],
    async run(context) {
      for (const shape of shapes.filter(({ length }) => length > 0)) {
        for (const [axis, length] of shape.entries()) {
          const twice = { shape: shape.with(axis, 2 * length), dtype, precision: 'bits' } as const;
          const label = `concat along ${axis}`;
          const operands = [wholeArray(dtype, shape, 1), wholeArray(dtype, shape, 2)];
          await runCase(context, { ...twice, label, operands, call: (backend, xs) => backend.concat(xs, axis) });
          const call = <S>(backend: Backend<S>, [x]: readonly Operand<S>[]) => backend.concat([x!, x!], axis);
          await runCase(context, { ...twice, label: `${label} of one twice`, operands: operands.slice(1), call });
        }
      }
    },
  },
  {
    name: 'free: gives the memory back, while handles are still held',
    dtypes: [dtype],
    async run({ backend }) {
      const memoryUsage = processOf()?.memoryUsage;
      const size = 2 ** 19;
      const before = memoryUsage?.().rss ?? 0;
      const held: unknown[] = [];
      for (let round = 0; round < 512; round++) {
        const storage = backend.fill(size, round, dtype);
        backend.free(storage);
        // A typed array cannot be emptied, so what stores in it leaves the memory to the garbage collector.
        if (!ArrayBuffer.isView(storage)) held.push(storage);
        if (memoryUsage === undefined || round % 32 !== 31) continue;
        const grown = (memoryUsage().rss - before) / 2 ** 20;
        const label = `free: the process grew by ${Math.round(grown)} MiB`;
        demand(grown < 512, `${label} over ${round + 1} arrays of 2 MiB, each freed before the next`);
      }
      // What is wrong with a backend that waits shows at the end of its work.
      const last = upload(backend, wholeArray(dtype, [4], 1));
      await backend.download(last);
      backend.free(last.storage);
      held.length = 0;
    },
  },
];

function processOf(): { memoryUsage(): { readonly rss: number } } | undefined {
  return (globalThis as { process?: { memoryUsage(): { readonly rss: number } } | undefined }).process;
}
