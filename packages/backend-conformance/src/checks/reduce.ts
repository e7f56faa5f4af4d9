import type { ArgReduceKind, DType, ReduceKind, Shape } from '@sluice/core';
import fc from 'fast-check';
import type { CheckContext, ConformanceCheck } from '../kit/check.ts';
import type { Precision } from '../kit/compare.ts';
import { forAll, seeds, shapeAndAxis, shapes } from '../kit/for-all.ts';
import { runCase } from '../kit/run-case.ts';
import { anyArray, type HostArray, hostArray, uniformArray, wholeArray, wideIntegers } from '../kit/values.ts';

const numbers = ['float32', 'float64', 'int32'] as const;

const reduceRows = {
  sum: { dtypes: numbers, ofNothing: true },
  max: { dtypes: numbers, ofNothing: false },
  min: { dtypes: numbers, ofNothing: false },
} satisfies Record<ReduceKind, { dtypes: readonly DType[]; ofNothing: boolean }>;

const argReduceRows = {
  argMax: numbers,
  argMin: numbers,
} satisfies Record<ArgReduceKind, readonly DType[]>;

/** A shape and any subset of its axes, sorted. */
const shapeAndAxes = fc
  .tuple(shapes(), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .map(([shape, chosen]) => ({ shape, axes: shape.map((_, axis) => axis).filter((axis) => chosen[axis]) }));

export const reduceChecks: readonly ConformanceCheck[] = (Object.keys(reduceRows) as ReduceKind[]).flatMap((kind) =>
  reduceRows[kind].dtypes.flatMap((dtype): ConformanceCheck[] => {
    const one = (context: CheckContext, x: HostArray, axes: readonly number[], precision: Precision) =>
      runCase(context, {
        label: `reduce ${kind} over ${JSON.stringify(axes)}`,
        operands: [x],
        shape: x.shape.filter((_, axis) => !axes.includes(axis)),
        dtype,
        precision,
        accumulates: precision === 'rounded',
        call: (backend, [operand]) => backend.reduce(kind, operand!, axes),
      });
    const name = `reduce ${kind} ${dtype}`;
    const dtypes = [dtype];
    return [
      {
        name: `${name}: any axes`,
        dtypes,
        run: (context) =>
          forAll(fc.tuple(shapeAndAxes, seeds), 50, async ([{ shape, axes }, seed]) => {
            if (!reduceRows[kind].ofNothing && axes.some((axis) => shape[axis] === 0)) return;
            await one(context, wholeArray(dtype, shape, seed), axes, 'exact');
          }),
      },
      {
        name: `${name}: some hundred elements`,
        dtypes,
        async run(context) {
          for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2], []]) {
            await one(context, wholeArray(dtype, [13, 9, 11], 1), axes, 'exact');
          }
          await one(context, uniformArray(dtype, [1009], 2), [0], dtype === 'int32' ? 'exact' : 'rounded');
          await one(context, uniformArray(dtype, [3, 517], 3), [1], dtype === 'int32' ? 'exact' : 'rounded');
          await one(context, uniformArray(dtype, [517, 3], 4), [0], dtype === 'int32' ? 'exact' : 'rounded');
        },
      },
      dtype === 'int32'
        ? {
            name: `${name}: the ends of the range`,
            dtypes,
            run: (context) => one(context, wideIntegers([7, 40], 1), [1], 'exact'),
          }
        : { name: `${name}: NaN and infinities`, dtypes, run: (context) => one(context, odd(dtype), [1], 'exact') },
    ];
  }),
);

export const argReduceChecks: readonly ConformanceCheck[] = (Object.keys(argReduceRows) as ArgReduceKind[]).flatMap(
  (kind) =>
    argReduceRows[kind].flatMap((dtype): ConformanceCheck[] => {
      const one = (context: CheckContext, x: HostArray, axis: number) =>
        runCase(context, {
          label: `argReduce ${kind} along ${axis}`,
          operands: [x],
          shape: x.shape.toSpliced(axis, 1),
          dtype: 'int32',
          precision: 'exact',
          call: (backend, [operand]) => backend.argReduce(kind, operand!, axis),
        });
      const name = `argReduce ${kind} ${dtype}`;
      const dtypes = [dtype];
      return [
        {
          name: `${name}: ties, along any axis`,
          dtypes,
          run: (context) =>
            forAll(fc.tuple(shapeAndAxis, seeds), 50, async ([{ shape, axis }, seed]) => {
              if (shape[axis]! > 0) await one(context, wholeArray(dtype, shape, seed), axis);
            }),
        },
        {
          name: `${name}: some hundred elements`,
          dtypes,
          async run(context) {
            await one(context, uniformArray(dtype, [3, 517], 3, -1e6, 1e6), 1);
            await one(context, uniformArray(dtype, [517, 3], 4, -1e6, 1e6), 0);
          },
        },
        {
          name: `${name}: ${dtype === 'int32' ? 'the ends of the range' : 'NaN and infinities'}`,
          dtypes,
          async run(context) {
            await one(context, dtype === 'int32' ? wideIntegers([7, 40], 1) : odd(dtype), 1);
            for (let seed = 0; seed < 10; seed++) await one(context, anyArray(dtype, [5, 6], seed), 1);
          },
        },
      ];
    }),
);

export const cumulativeSumChecks: readonly ConformanceCheck[] = numbers.flatMap((dtype) =>
  [false, true].map((reverse): ConformanceCheck => {
    const one = (context: CheckContext, x: HostArray, axis: number, precision: Precision) =>
      runCase(context, {
        label: `cumulativeSum along ${axis}${reverse ? ', reverse' : ''}`,
        operands: [x],
        shape: x.shape,
        dtype,
        precision,
        accumulates: precision === 'rounded',
        call: (backend, [operand]) => backend.cumulativeSum(operand!, axis, reverse),
      });
    return {
      name: `cumulativeSum ${dtype}${reverse ? ' reverse' : ''}`,
      dtypes: [dtype],
      async run(context) {
        await forAll(fc.tuple(shapeAndAxis, seeds), 40, ([{ shape, axis }, seed]) =>
          one(context, wholeArray(dtype, shape, seed), axis, 'exact'),
        );
        await one(context, uniformArray(dtype, [331, 2], 1), 0, dtype === 'int32' ? 'exact' : 'rounded');
        await one(context, dtype === 'int32' ? wideIntegers([5, 50], 1) : odd(dtype), 1, 'exact');
      },
    };
  }),
);

/** Rows with NaN or infinities first, last and in between. */
function odd(dtype: DType): HostArray {
  const rows = [
    [1, NaN, 3, NaN],
    [NaN, 1, 2, 3],
    [3, 2, 1, NaN],
    [Infinity, 1, 2, 3],
    [1, -Infinity, 2, 3],
    [Infinity, 1, -Infinity, 2],
    [Infinity, NaN, -Infinity, 2],
    [-Infinity, -Infinity, -Infinity, -Infinity],
    [Infinity, Infinity, Infinity, Infinity],
    [-0, 0, -0, 0],
  ];
  const shape: Shape = [rows.length, 4];
  return hostArray(dtype, shape, rows.flat());
}
