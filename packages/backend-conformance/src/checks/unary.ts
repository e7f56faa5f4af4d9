import type { DType, UnaryKind } from '@sluice/core';
import fc from 'fast-check';
import type { CheckContext, ConformanceCheck } from '../kit/check.ts';
import type { Precision } from '../kit/compare.ts';
import { forAll, seeds, shapes } from '../kit/for-all.ts';
import { runCase } from '../kit/run-case.ts';
import { type HostArray, hostArray, specialValues, uniformArray, wideIntegers } from '../kit/values.ts';

interface UnaryRow {
  readonly dtypes: readonly DType[];
  readonly precision: Precision;
  /** Arguments lie from the negative of it to it: further out, even good float32 kernels lose digits. */
  readonly reach: number;
  /** Results near 0 keep their digits, for arguments near 0. */
  readonly preciseNearZero?: true | undefined;
}

const floats = ['float32', 'float64'] as const;
const numbers = ['float32', 'float64', 'int32'] as const;

export const unaryRows = {
  negate: { dtypes: numbers, precision: 'exact', reach: 1e6 },
  abs: { dtypes: numbers, precision: 'exact', reach: 1e6 },
  sign: { dtypes: numbers, precision: 'exact', reach: 3 },
  floor: { dtypes: floats, precision: 'exact', reach: 100 },
  ceil: { dtypes: floats, precision: 'exact', reach: 100 },
  round: { dtypes: floats, precision: 'exact', reach: 100 },
  exp: { dtypes: floats, precision: 'rounded', reach: 80 },
  expm1: { dtypes: floats, precision: 'rounded', reach: 80, preciseNearZero: true },
  log: { dtypes: floats, precision: 'rounded', reach: 1e6 },
  log1p: { dtypes: floats, precision: 'rounded', reach: 1e6, preciseNearZero: true },
  sqrt: { dtypes: floats, precision: 'rounded', reach: 1e6 },
  sin: { dtypes: floats, precision: 'rounded', reach: 30, preciseNearZero: true },
  cos: { dtypes: floats, precision: 'rounded', reach: 30 },
  tanh: { dtypes: floats, precision: 'rounded', reach: 20, preciseNearZero: true },
  sigmoid: { dtypes: floats, precision: 'rounded', reach: 30 },
  relu: { dtypes: floats, precision: 'exact', reach: 100 },
  softplus: { dtypes: floats, precision: 'rounded', reach: 200 },
  erf: { dtypes: floats, precision: 'rounded', reach: 6, preciseNearZero: true },
} satisfies Record<UnaryKind, UnaryRow>;

export const unaryChecks: readonly ConformanceCheck[] = (Object.keys(unaryRows) as UnaryKind[]).flatMap((kind) => {
  const row: UnaryRow = unaryRows[kind];
  return row.dtypes.flatMap((dtype) => checksOf(kind, dtype, row));
});

function checksOf(kind: UnaryKind, dtype: DType, row: UnaryRow): ConformanceCheck[] {
  const name = `unary ${kind} ${dtype}`;
  const dtypes = [dtype];
  const one = (context: CheckContext, x: HostArray, precision: Precision) =>
    runCase(context, {
      label: `unary ${kind}`,
      operands: [x],
      shape: x.shape,
      dtype,
      precision,
      call: (backend, [operand]) => backend.unary(kind, operand!),
    });
  const checks: ConformanceCheck[] = [
    {
      name: `${name}: any shape`,
      dtypes,
      run: (context) =>
        forAll(fc.tuple(shapes(), seeds), 25, ([shape, seed]) => {
          const x =
            dtype === 'int32' ? wideIntegers(shape, seed) : uniformArray(dtype, shape, seed, -row.reach, row.reach);
          return one(context, x, row.precision);
        }),
    },
    {
      name: `${name}: special values`,
      dtypes,
      run: (context) => {
        // Sine and cosine of huge numbers are noise on most machines.
        const values = specialValues(dtype).filter(
          (x) => !((kind === 'sin' || kind === 'cos') && Number.isFinite(x) && Math.abs(x) > 1e6),
        );
        return one(context, hostArray(dtype, [values.length], values), row.precision);
      },
    },
    {
      name: `${name}: 1,037 elements`,
      dtypes,
      run: (context) => one(context, uniformArray(dtype, [17, 61], 5, -row.reach, row.reach), row.precision),
    },
  ];
  if (row.preciseNearZero) {
    checks.push({
      name: `${name}: small arguments keep their digits`,
      dtypes,
      run: (context) => {
        const values = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7].flatMap((x) => [x, -x, 3.7 * x]);
        return one(context, hostArray(dtype, [values.length], values), 'relative');
      },
    });
  }
  return checks;
}
