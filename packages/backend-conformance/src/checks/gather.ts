import { dtypes, IndexError, Random, type Shape, sizeOf } from '@sluice/core';
import fc from 'fast-check';
import { type CheckContext, type ConformanceCheck, demand, errorOf } from '../kit/check.ts';
import type { Precision } from '../kit/compare.ts';
import { forAll, seeds, shapeAndAxis, shapes } from '../kit/for-all.ts';
import { runCase, upload } from '../kit/run-case.ts';
import { anyArray, dot, type HostArray, hostArray, uniformArray, wholeArray, wideIntegers } from '../kit/values.ts';

const numbers = ['float32', 'float64', 'int32'] as const;

const cases = fc.tuple(shapeAndAxis, shapes(0, 3), seeds).map(([{ shape, axis }, indexShape, seed]) => ({
  shape,
  axis,
  // An axis of size 0 has nothing that an index could point at.
  indexShape: shape[axis] === 0 ? [0, ...indexShape].slice(0, 3) : indexShape,
  seed,
}));

export const gatherChecks: readonly ConformanceCheck[] = dtypes.map((dtype) => {
  const one = (context: CheckContext, x: HostArray, indices: HostArray, axis: number) =>
    runCase(context, {
      label: `gather along ${axis}`,
      operands: [x, indices],
      shape: replaceAxis(x.shape, axis, indices.shape),
      dtype,
      precision: 'bits',
      call: (backend, [operand, positions]) => backend.gather(operand!, positions!, axis),
    });
  return {
    name: `gather ${dtype}: any axis, indices of rank 0 to 3`,
    dtypes: [dtype],
    async run(context) {
      await forAll(cases, 60, ({ shape, axis, indexShape, seed }) =>
        one(context, anyArray(dtype, shape, seed), indexArray(indexShape, shape[axis]!, seed), axis),
      );
      await one(context, anyArray(dtype, [101, 7], 1), indexArray([13, 5], 101, 2), 0);
      await one(context, anyArray(dtype, [7, 101], 1), indexArray([64], 101, 2), 1);
    },
  };
});

export const scatterAddChecks: readonly ConformanceCheck[] = numbers.map((dtype) => {
  const one = (
    context: CheckContext,
    updates: HostArray,
    indices: HostArray,
    axis: number,
    size: number,
    precision: Precision,
  ) =>
    runCase(context, {
      label: `scatterAdd along ${axis} of ${size}`,
      operands: [updates, indices],
      shape: updates.shape.toSpliced(axis, indices.shape.length, size),
      dtype,
      precision,
      accumulates: precision === 'rounded',
      call: (backend, [operand, positions]) => backend.scatterAdd(operand!, positions!, axis, size),
    });
  return {
    name: `scatterAdd ${dtype}: any axis, repeated indices add up`,
    dtypes: [dtype],
    async run(context) {
      await forAll(cases, 60, ({ shape, axis, indexShape, seed }) => {
        const updates = wholeArray(dtype, replaceAxis(shape, axis, indexShape), seed);
        return one(context, updates, indexArray(indexShape, shape[axis]!, seed), axis, shape[axis]!, 'exact');
      });
      await one(context, wholeArray(dtype, [300, 3], 1), indexArray([300], 4, 2), 0, 4, 'exact');
      if (dtype === 'int32') await one(context, wideIntegers([90, 2], 1), indexArray([90], 3, 2), 0, 3, 'exact');
      else await one(context, uniformArray(dtype, [300, 3], 1), indexArray([300], 4, 2), 0, 4, 'rounded');
    },
  };
});

export const gatherAdjointChecks: readonly ConformanceCheck[] = [
  {
    name: 'scatterAdd float32: is the adjoint of gather, <gather(x), y> = <x, scatterAdd(y)>',
    dtypes: ['float32', 'int32'],
    run: (context) =>
      forAll(cases, 40, async ({ shape, axis, indexShape, seed }) => {
        const { backend } = context;
        const gatheredShape = replaceAxis(shape, axis, indexShape);
        const x = wholeArray('float32', shape, seed);
        const y = wholeArray('float32', gatheredShape, seed + 1);
        const onX = upload(backend, x);
        const onY = upload(backend, y);
        const indices = upload(backend, indexArray(indexShape, shape[axis]!, seed));
        const gathered = backend.gather(onX, indices, axis);
        const scattered = backend.scatterAdd(onY, indices, axis, shape[axis]!);
        const left = dot(y, await backend.download({ storage: gathered, shape: gatheredShape, dtype: 'float32' }));
        const right = dot(x, await backend.download({ storage: scattered, shape, dtype: 'float32' }));
        for (const storage of [onX.storage, onY.storage, indices.storage, gathered, scattered]) backend.free(storage);
        demand(left === right, `scatterAdd: <gather(x), y> is ${left}, but <x, scatterAdd(y)> is ${right}`);
      }),
  },
];

export const indexErrorChecks: readonly ConformanceCheck[] = (['gather', 'scatterAdd'] as const).flatMap((method) =>
  [-1, 4, 2 ** 31 - 1, -(2 ** 31)].map((wrong) => ({
    name: `${method}: index ${wrong} into 4 is an IndexError, at the call or at the next download`,
    dtypes: ['float32', 'int32'],
    async run({ backend }) {
      const label = `${method} with index ${wrong} into an axis of 4`;
      const x = upload(backend, wholeArray('float32', [2, method === 'gather' ? 4 : 3, 2], 1));
      const indices = upload(backend, hostArray('int32', [3], [0, wrong, 3]));
      const shape = method === 'gather' ? [2, 3, 2] : [2, 4, 2];
      let storage: unknown;
      const error = await errorOf(label, () => {
        storage = method === 'gather' ? backend.gather(x, indices, 1) : backend.scatterAdd(x, indices, 1, 4);
        return backend.download({ storage, shape, dtype: 'float32' });
      });
      demand(error instanceof IndexError, `${label}: threw ${String(error)}, expected an IndexError`);
      demand(error.message.includes(method), `${label}: the message "${error.message}" does not name ${method}`);
      const after = await backend.download(x);
      demand(after.length === sizeOf(x.shape), `${label}: the download after the error has ${after.length} elements`);
      for (const used of [x.storage, indices.storage, storage]) if (used !== undefined) backend.free(used);
    },
  })),
);

function indexArray(shape: Shape, size: number, seed: number): HostArray {
  const random = new Random(seed);
  return hostArray(
    'int32',
    shape,
    Array.from({ length: sizeOf(shape) }, () => random.integer(0, size)),
  );
}

/** The shape with the axes of another in the place of one. */
function replaceAxis(shape: Shape, axis: number, axes: Shape): Shape {
  return [...shape.slice(0, axis), ...axes, ...shape.slice(axis + 1)];
}
