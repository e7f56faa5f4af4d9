import { type Backend, dtypes, type Operand, type Shape } from '@sluice/core';
import fc from 'fast-check';
import { type CheckContext, type ConformanceCheck, demand } from '../kit/check.ts';
import { compareData } from '../kit/compare.ts';
import { forAll, seeds, shapes } from '../kit/for-all.ts';
import { recycle, runCase, upload } from '../kit/run-case.ts';
import {
  anyArray,
  garbage,
  type HostArray,
  hostArray,
  specialValues,
  uniformArray,
  wholeArray,
} from '../kit/values.ts';

const transferChecks: readonly ConformanceCheck[] = dtypes.flatMap((dtype): ConformanceCheck[] => [
  {
    name: `upload ${dtype}: download gives the same elements`,
    dtypes: [dtype],
    run: ({ backend, tolerances }) =>
      forAll(fc.tuple(shapes(), seeds), 30, async ([shape, seed]) => {
        const x = anyArray(dtype, shape, seed);
        const onBackend = upload(backend, x);
        const got = await backend.download(onBackend);
        backend.free(onBackend.storage);
        compareData(got, x.data, tolerances, { label: `upload ${dtype}`, shape, dtype, precision: 'bits' });
      }),
  },
  {
    name: `upload ${dtype}: many elements`,
    dtypes: [dtype],
    async run({ backend, tolerances }) {
      const x = uniformArray(dtype, [66_569], 1);
      const onBackend = upload(backend, x);
      const got = await backend.download(onBackend);
      backend.free(onBackend.storage);
      compareData(got, x.data, tolerances, { label: `upload ${dtype}`, shape: x.shape, dtype, precision: 'bits' });
    },
  },
  {
    name: `upload ${dtype}: copies, also from the middle of a buffer`,
    dtypes: [dtype],
    async run({ backend, tolerances }) {
      const host = anyArray(dtype, [9], 1).data;
      const middle = host.subarray(3, 8);
      const expected = middle.slice();
      const storage = backend.upload(middle, dtype);
      host.set(garbage(dtype, 9));
      const how = { shape: [5], dtype, precision: 'bits' } as const;
      const first = await backend.download({ storage, shape: [5], dtype });
      compareData(first, expected, tolerances, { ...how, label: `upload ${dtype}, host array changed afterwards` });
      first.set(garbage(dtype, 5));
      const second = await backend.download({ storage, shape: [5], dtype });
      compareData(second, expected, tolerances, { ...how, label: `download ${dtype}, after a change of the first` });
      backend.free(storage);
    },
  },
  {
    name: `download ${dtype}: keeps its elements when the storage is freed and used anew`,
    dtypes: [dtype],
    async run({ backend, tolerances }) {
      const x = anyArray(dtype, [40], 2);
      const onBackend = upload(backend, x);
      const got = await backend.download(onBackend);
      backend.free(onBackend.storage);
      recycle(backend, 40, dtype);
      compareData(got, x.data, tolerances, {
        label: `download ${dtype}, storage freed afterwards`,
        shape: x.shape,
        dtype,
        precision: 'bits',
      });
    },
  },
  {
    name: `fill ${dtype}: any size and value, over stale memory`,
    dtypes: [dtype],
    async run(context) {
      const values = dtype === 'float32' || dtype === 'float64' ? [...specialValues(dtype), 0.1] : specialValues(dtype);
      for (const size of [0, 1, 2, 5, 257]) {
        for (const value of values) await runCase(context, fillCase([size], value, dtype));
      }
    },
  },
]);

function fillCase(shape: Shape, value: number, dtype: (typeof dtypes)[number]) {
  return {
    label: `fill ${value}`,
    operands: [],
    shape,
    dtype,
    precision: 'exact' as const,
    call: <S>(backend: Backend<S>) => backend.fill(shape[0] ?? 1, value, dtype),
  };
}

interface Sample {
  readonly method: string;
  readonly shape: Shape;
  call<S>(backend: Backend<S>, x: Operand<S>, indices: Operand<S>): S;
}

/** One call of each method that makes a float32 from a float32 [6, 6] and int32 indices [4]. */
const samples: readonly Sample[] = [
  { method: 'cast', shape: [6, 6], call: (backend, x) => backend.cast(x, 'float32') },
  { method: 'unary', shape: [6, 6], call: (backend, x) => backend.unary('tanh', x) },
  { method: 'binary', shape: [6, 6], call: (backend, x) => backend.binary('add', x, x, [6, 6]) },
  { method: 'reduce', shape: [6], call: (backend, x) => backend.reduce('sum', x, [1]) },
  { method: 'reduce over nothing', shape: [6, 6], call: (backend, x) => backend.reduce('sum', x, []) },
  { method: 'cumulativeSum', shape: [6, 6], call: (backend, x) => backend.cumulativeSum(x, 0, false) },
  {
    method: 'matMul',
    shape: [6, 6],
    call: (backend, x) => backend.matMul(x, x, { transposeA: true, transposeB: false }),
  },
  { method: 'slice', shape: [6, 6], call: (backend, x) => backend.slice(x, [0, 0], [6, 6], [1, 1]) },
  { method: 'pad', shape: [7, 8], call: (backend, x) => backend.pad(x, [7, 8], [1, 1], [1, 1], 0) },
  { method: 'concat of one', shape: [6, 6], call: (backend, x) => backend.concat([x], 0) },
  { method: 'concat with itself', shape: [12, 6], call: (backend, x) => backend.concat([x, x], 0) },
  { method: 'transpose by nothing', shape: [6, 6], call: (backend, x) => backend.transpose(x, [0, 1]) },
  { method: 'gather', shape: [4, 6], call: (backend, x, indices) => backend.gather(x, indices, 0) },
  {
    method: 'scatterAdd',
    shape: [9, 6],
    call: (backend, x, indices) => {
      const four = backend.slice(x, [0, 0], [4, 6], [1, 1]);
      const result = backend.scatterAdd({ storage: four, shape: [4, 6], dtype: 'float32' }, indices, 0, 9);
      backend.free(four);
      return result;
    },
  },
];

const repetitionChecks: readonly ConformanceCheck[] = samples.flatMap(({ method, shape, call }): ConformanceCheck[] => {
  const dtype = 'float32' as const;
  const indices = hostArray('int32', [4], [5, 0, 5, 3]);
  const once = (context: CheckContext, x: HostArray, label: string) =>
    runCase(context, {
      label,
      operands: [x, indices],
      shape,
      dtype,
      precision: 'rounded',
      accumulates: true,
      call: (backend, [operand, positions]) => call(backend, operand!, positions!),
    });
  return [
    {
      name: `${method}: run, free and run again with other data`,
      dtypes: [dtype, 'int32'],
      async run(context) {
        for (let round = 0; round < 4; round++) {
          await once(context, uniformArray(dtype, [6, 6], round), `${method}, round ${round}`);
        }
      },
    },
    {
      name: `${method}: two results are two storages, and equal to the bit`,
      dtypes: [dtype, 'int32'],
      async run({ backend, tolerances }) {
        const x = upload(backend, uniformArray(dtype, [6, 6], 9));
        const positions = upload(backend, indices);
        const first = call(backend, x, positions);
        const second = call(backend, x, positions);
        const label = `${method} twice`;
        demand(first !== second && first !== x.storage, `${label}: the results are one storage, expected two new ones`);
        const expected = await backend.download({ storage: first, shape, dtype });
        backend.free(first);
        const other = backend.upload(garbage(dtype, expected.length), dtype);
        const got = await backend.download({ storage: second, shape, dtype });
        for (const storage of [other, second, x.storage, positions.storage]) backend.free(storage);
        compareData(got, expected, tolerances, { label, shape, dtype, precision: 'bits' });
      },
    },
  ];
});

const determinismChecks: readonly ConformanceCheck[] = [
  {
    name: 'fill: two results are two storages',
    dtypes: ['float32'],
    async run({ backend, tolerances }) {
      const first = backend.fill(8, 0, 'float32');
      const second = backend.fill(8, 0, 'float32');
      demand(first !== second, 'fill twice: the results are one storage, expected two');
      backend.free(first);
      const other = backend.upload(garbage('float32', 8), 'float32');
      const got = await backend.download({ storage: second, shape: [8], dtype: 'float32' });
      for (const storage of [other, second]) backend.free(storage);
      const how = { label: 'fill twice', shape: [8], dtype: 'float32', precision: 'exact' } as const;
      compareData(got, new Float32Array(8), tolerances, how);
    },
  },
  {
    name: 'matMul, reduce and scatterAdd: the same bits every time',
    dtypes: ['float32', 'int32'],
    async run({ backend, tolerances }) {
      const x = upload(backend, uniformArray('float32', [48, 48], 1));
      const positions = upload(backend, wholeIndices(48));
      const calls: readonly [string, Shape, () => unknown][] = [
        ['matMul', [48, 48], () => backend.matMul(x, x, { transposeA: false, transposeB: true })],
        ['reduce sum', [], () => backend.reduce('sum', x, [0, 1])],
        ['scatterAdd', [2, 48], () => backend.scatterAdd(x, positions, 0, 2)],
      ];
      for (const [label, shape, call] of calls) {
        const operand = () => ({ storage: call(), shape, dtype: 'float32' as const });
        const first = operand();
        const expected = await backend.download(first);
        backend.free(first.storage);
        for (let round = 0; round < 3; round++) {
          const again = operand();
          const got = await backend.download(again);
          backend.free(again.storage);
          compareData(got, expected, tolerances, {
            label: `${label} again`,
            shape,
            dtype: 'float32',
            precision: 'bits',
          });
        }
      }
      backend.free(x.storage);
      backend.free(positions.storage);
    },
  },
];

function wholeIndices(count: number): HostArray {
  const signs = wholeArray('int32', [count], 1).data;
  return hostArray(
    'int32',
    [count],
    Array.from(signs, (value) => (value > 0 ? 1 : 0)),
  );
}

export const storageChecks: readonly ConformanceCheck[] = [
  ...transferChecks,
  ...repetitionChecks,
  ...determinismChecks,
];
