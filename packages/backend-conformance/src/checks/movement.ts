import { dtypes, type Shape } from '@sluice/core';
import fc from 'fast-check';
import { type CheckContext, type ConformanceCheck, demand } from '../kit/check.ts';
import { compareData } from '../kit/compare.ts';
import { forAll, seeds, shapeAndAxis, shapes } from '../kit/for-all.ts';
import { runCase, upload } from '../kit/run-case.ts';
import { anyArray, dot, type HostArray, hostArray, wholeArray } from '../kit/values.ts';

interface Region {
  readonly shape: Shape;
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

/** A shape and, per axis, a start, size and step (negative ones too) that stay inside. */
const regions: fc.Arbitrary<Region> = shapes().chain((shape) =>
  // eslint-disable-next-line sluice/no-spread-arguments -- one for each axis
  fc.tuple(...shape.map(axisRegion)).map((axes) => ({
    shape,
    starts: axes.map(({ start }) => start),
    sizes: axes.map(({ size }) => size),
    steps: axes.map(({ step }) => step),
  })),
);

function axisRegion(length: number): fc.Arbitrary<{ start: number; size: number; step: number }> {
  if (length === 0) return fc.constantFrom({ start: 0, size: 0, step: 1 }, { start: 0, size: 0, step: -1 });
  return fc
    .record({ start: fc.integer({ min: 0, max: length - 1 }), step: fc.constantFrom(1, 1, 2, 3, -1, -1, -2) })
    .chain(({ start, step }) => {
      const room = step > 0 ? length - 1 - start : start;
      const most = Math.floor(room / Math.abs(step)) + 1;
      return fc.integer({ min: 0, max: most }).map((size) => ({ start, size, step }));
    });
}

const large: readonly Region[] = [
  { shape: [13, 7, 31], starts: [12, 0, 30], sizes: [13, 7, 31], steps: [-1, 1, -1] },
  { shape: [50, 3, 8], starts: [20, 0, 0], sizes: [10, 3, 8], steps: [1, 1, 1] },
  { shape: [9, 40], starts: [1, 3], sizes: [4, 12], steps: [2, 3] },
];

export const sliceChecks: readonly ConformanceCheck[] = dtypes.map((dtype) => {
  const one = (context: CheckContext, { shape, starts, sizes, steps }: Region, seed: number) =>
    runCase(context, {
      label: `slice starts ${JSON.stringify(starts)} steps ${JSON.stringify(steps)}`,
      operands: [anyArray(dtype, shape, seed)],
      shape: sizes,
      dtype,
      precision: 'bits',
      call: (backend, [x]) => backend.slice(x!, starts, sizes, steps),
    });
  return {
    name: `slice ${dtype}: any region, steps negative too`,
    dtypes: [dtype],
    async run(context) {
      await forAll(fc.tuple(regions, seeds), 60, ([region, seed]) => one(context, region, seed));
      for (const region of large) await one(context, region, 1);
    },
  };
});

export const padChecks: readonly ConformanceCheck[] = dtypes.map((dtype) => {
  const one = (context: CheckContext, { shape, starts, sizes, steps }: Region, seed: number, value: number) =>
    runCase(context, {
      label: `pad starts ${JSON.stringify(starts)} steps ${JSON.stringify(steps)} value ${value}`,
      operands: [anyArray(dtype, sizes, seed)],
      shape,
      dtype,
      precision: 'bits',
      call: (backend, [x]) => backend.pad(x!, shape, starts, steps, value),
    });
  const values = dtype === 'bool' ? fc.constantFrom(0, 1) : fc.constantFrom(0, 0, 1, -5);
  return {
    name: `pad ${dtype}: any region, steps negative too`,
    dtypes: [dtype],
    async run(context) {
      await forAll(fc.tuple(regions, seeds, values), 60, ([region, seed, value]) => one(context, region, seed, value));
      for (const region of large) await one(context, region, 1, 1);
    },
  };
});

export const adjointChecks: readonly ConformanceCheck[] = [
  {
    name: 'pad float32: is the adjoint of slice, <slice(x), y> = <x, pad(y)>',
    dtypes: ['float32'],
    run: (context) =>
      forAll(fc.tuple(regions, seeds), 40, async ([{ shape, starts, sizes, steps }, seed]) => {
        const { backend } = context;
        const x = wholeArray('float32', shape, seed);
        const y = wholeArray('float32', sizes, seed + 1);
        const onX = upload(backend, x);
        const onY = upload(backend, y);
        const sliced = backend.slice(onX, starts, sizes, steps);
        const padded = backend.pad(onY, shape, starts, steps, 0);
        const left = dot(y, await backend.download({ storage: sliced, shape: sizes, dtype: 'float32' }));
        const right = dot(x, await backend.download({ storage: padded, shape, dtype: 'float32' }));
        for (const storage of [onX.storage, onY.storage, sliced, padded]) backend.free(storage);
        demand(left === right, `pad: <slice(x), y> is ${left}, but <x, pad(y)> is ${right}`);
      }),
  },
];

const concatShapeChecks: readonly ConformanceCheck[] = dtypes.map((dtype) => {
  const one = (context: CheckContext, shape: Shape, axis: number, lengths: readonly number[], seed: number) =>
    runCase(context, {
      label: `concat along ${axis}`,
      operands: lengths.map((length, i) => anyArray(dtype, shape.with(axis, length), seed + i)),
      shape: shape.with(
        axis,
        lengths.reduce((sum, length) => sum + length, 0),
      ),
      dtype,
      precision: 'bits',
      call: (backend, xs) => backend.concat(xs, axis),
    });
  const lengths = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
  return {
    name: `concat ${dtype}: one to many, along any axis`,
    dtypes: [dtype],
    async run(context) {
      await forAll(fc.tuple(shapeAndAxis, lengths, seeds), 50, ([{ shape, axis }, parts, seed]) =>
        one(context, shape, axis, parts, seed),
      );
      await one(context, [1, 3, 4], 0, new Array(40).fill(1), 7);
      await one(context, [5, 1, 7], 1, [17, 3, 20], 8);
      await one(context, [6, 5, 1], 2, [9, 1, 30], 9);
    },
  };
});

const steps = 20_000;

export const concatChecks: readonly ConformanceCheck[] = [
  ...concatShapeChecks,
  {
    name: `concat: ${steps} operands, the steps of a long sequence`,
    dtypes: ['int32'],
    async run({ backend, tolerances }) {
      const [even, odd] = [hostArray('int32', [1, 2], [3, 5]), hostArray('int32', [1, 2], [-1, 8])];
      const pair = [upload(backend, even), upload(backend, odd)] as const;
      const shape = [steps, 2];
      const storage = backend.concat(
        Array.from({ length: steps }, (_, step) => pair[step % 2]!),
        0,
      );
      const got = await backend.download({ storage, shape, dtype: 'int32' });
      for (const used of [storage, pair[0].storage, pair[1].storage]) backend.free(used);
      const expected = Int32Array.from({ length: 2 * steps }, (_, i) => [3, 5, -1, 8][i % 4]!);
      compareData(got, expected, tolerances, { label: `concat of ${steps}`, shape, dtype: 'int32', precision: 'bits' });
    },
  },
];

export const transposeChecks: readonly ConformanceCheck[] = dtypes.map((dtype) => {
  const one = (context: CheckContext, x: HostArray, permutation: readonly number[]) =>
    runCase(context, {
      label: `transpose ${JSON.stringify(permutation)}`,
      operands: [x],
      shape: permutation.map((axis) => x.shape[axis]!),
      dtype,
      precision: 'bits',
      call: (backend, [operand]) => backend.transpose(operand!, permutation),
    });
  return {
    name: `transpose ${dtype}: all permutations up to rank 4`,
    dtypes: [dtype],
    async run(context) {
      for (const shape of [[], [5], [3, 4], [2, 3, 4], [2, 3, 4, 5], [1, 3, 1, 2], [2, 0, 3]]) {
        const x = anyArray(dtype, shape, 1);
        for (const permutation of permutationsOf(shape.map((_, axis) => axis))) await one(context, x, permutation);
      }
      await one(context, anyArray(dtype, [67, 35], 2), [1, 0]);
      await one(context, anyArray(dtype, [33, 5, 18], 3), [1, 0, 2]);
    },
  };
});

export const operandShapeChecks: readonly ConformanceCheck[] = [
  {
    name: 'reduce float32: reads the shape of the operand, not that of the upload',
    dtypes: ['float32'],
    async run(context) {
      for (const shape of [
        [2, 6],
        [6, 2],
        [12, 1],
        [3, 4],
      ] as const) {
        const x = wholeArray('float32', [12], 1);
        await runCase(context, {
          label: 'reduce sum over [1]',
          operands: [x],
          shape: [shape[0]],
          dtype: 'float32',
          precision: 'exact',
          call: (backend, [operand]) => backend.reduce('sum', { ...operand!, shape }, [1]),
        });
      }
    },
  },
];

function permutationsOf(axes: readonly number[]): number[][] {
  if (axes.length === 0) return [[]];
  return axes.flatMap((axis) => permutationsOf(axes.filter((other) => other !== axis)).map((rest) => [axis, ...rest]));
}
