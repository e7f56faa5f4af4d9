import type { BinaryKind, CompareKind, DType, Shape } from '@sluice/core';
import fc from 'fast-check';
import type { CheckContext, ConformanceCheck } from '../kit/check.ts';
import type { Precision } from '../kit/compare.ts';
import { broadcastable, forAll, seeds } from '../kit/for-all.ts';
import { runCase } from '../kit/run-case.ts';
import { anyArray, type HostArray, hostArray, specialValues, uniformArray, wideIntegers } from '../kit/values.ts';

interface BinaryRow {
  readonly dtypes: readonly DType[];
  readonly precision: Precision;
  /** Bounds of the float operands, where the operation is defined and well conditioned. */
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
}

const numbers = ['float32', 'float64', 'int32'] as const;
const all = ['float32', 'float64', 'int32', 'bool'] as const;

export const binaryRows = {
  add: { dtypes: numbers, precision: 'rounded', a: [-9, 9], b: [-9, 9] },
  subtract: { dtypes: numbers, precision: 'rounded', a: [-9, 9], b: [-9, 9] },
  multiply: { dtypes: numbers, precision: 'rounded', a: [-9, 9], b: [-9, 9] },
  divide: { dtypes: numbers, precision: 'rounded', a: [-9, 9], b: [0.1, 9] },
  power: { dtypes: ['float32', 'float64'], precision: 'rounded', a: [0.01, 9], b: [-4, 4] },
  minimum: { dtypes: numbers, precision: 'exact', a: [-9, 9], b: [-9, 9] },
  maximum: { dtypes: numbers, precision: 'exact', a: [-9, 9], b: [-9, 9] },
} satisfies Record<BinaryKind, BinaryRow>;

export const compareRows = {
  equal: all,
  notEqual: all,
  less: all,
  lessEqual: all,
  greater: all,
  greaterEqual: all,
} satisfies Record<CompareKind, readonly DType[]>;

export const binaryChecks: readonly ConformanceCheck[] = (Object.keys(binaryRows) as BinaryKind[]).flatMap((kind) => {
  const row: BinaryRow = binaryRows[kind];
  return row.dtypes.flatMap((dtype) => {
    const one = (context: CheckContext, a: HostArray, b: HostArray, shape: Shape) =>
      runCase(context, {
        label: `binary ${kind}`,
        operands: [a, b],
        shape,
        dtype,
        precision: dtype === 'int32' ? 'exact' : row.precision,
        call: (backend, [x, y]) => backend.binary(kind, x!, y!, shape),
      });
    const values = (shape: Shape, seed: number, [low, high]: readonly [number, number]) =>
      dtype === 'int32' ? wideIntegers(shape, seed) : uniformArray(dtype, shape, seed, low, high);
    return pairChecks(`binary ${kind} ${dtype}`, dtype, one, {
      a: (shape, seed) => values(shape, seed, row.a),
      b: (shape, seed) => values(shape, seed, row.b),
    });
  });
});

export const compareChecks: readonly ConformanceCheck[] = (Object.keys(compareRows) as CompareKind[]).flatMap((kind) =>
  compareRows[kind].flatMap((dtype) => {
    const one = (context: CheckContext, a: HostArray, b: HostArray, shape: Shape) =>
      runCase(context, {
        label: `compare ${kind}`,
        operands: [a, b],
        shape,
        dtype: 'bool',
        precision: 'exact',
        call: (backend, [x, y]) => backend.compare(kind, x!, y!, shape),
      });
    const values = (shape: Shape, seed: number) => anyArray(dtype, shape, seed);
    return pairChecks(`compare ${kind} ${dtype}`, dtype, one, { a: values, b: values });
  }),
);

export const selectChecks: readonly ConformanceCheck[] = all.map((dtype) => ({
  name: `select ${dtype}: broadcasts all three`,
  dtypes: [dtype],
  run: (context) =>
    forAll(fc.tuple(broadcastable(3), seeds), 40, ([{ shape, operands }, seed]) =>
      runCase(context, {
        label: 'select',
        operands: [
          uniformArray('bool', operands[0]!, seed),
          anyArray(dtype, operands[1]!, seed + 1),
          anyArray(dtype, operands[2]!, seed + 2),
        ],
        shape,
        dtype,
        precision: 'bits',
        call: (backend, [condition, a, b]) => backend.select(condition!, a!, b!, shape),
      }),
    ),
}));

interface PairValues {
  a(shape: Shape, seed: number): HostArray;
  b(shape: Shape, seed: number): HostArray;
}

function pairChecks(
  name: string,
  dtype: DType,
  one: (context: CheckContext, a: HostArray, b: HostArray, shape: Shape) => Promise<void>,
  values: PairValues,
): ConformanceCheck[] {
  const dtypes = [dtype];
  const fixed: readonly [Shape, Shape, Shape][] = [
    [
      [1, 37],
      [23, 1],
      [23, 37],
    ],
    [[19, 29], [29], [19, 29]],
    [
      [7, 1, 11],
      [7, 13, 11],
      [7, 13, 11],
    ],
  ];
  return [
    {
      name: `${name}: broadcasts in all directions`,
      dtypes,
      run: (context) =>
        forAll(fc.tuple(broadcastable(2), seeds), 30, ([{ shape, operands }, seed]) =>
          one(context, values.a(operands[0]!, seed), values.b(operands[1]!, seed + 1), shape),
        ),
    },
    {
      name: `${name}: larger shapes`,
      dtypes,
      async run(context) {
        for (const [a, b, shape] of fixed) await one(context, values.a(a, 3), values.b(b, 4), shape);
      },
    },
    {
      name: `${name}: special values`,
      dtypes,
      run(context) {
        const special = specialValues(dtype);
        const pairs = special.flatMap((a) => special.map((b) => [a, b] as const));
        const operand = (side: 0 | 1) =>
          hostArray(
            dtype,
            [pairs.length],
            pairs.map((pair) => pair[side]),
          );
        return one(context, operand(0), operand(1), [pairs.length]);
      },
    },
  ];
}
