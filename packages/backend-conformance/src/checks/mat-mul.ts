import type { FloatDType, MatMulOptions, Shape } from '@sluice/core';
import fc from 'fast-check';
import type { CheckContext, ConformanceCheck } from '../kit/check.ts';
import type { Precision } from '../kit/compare.ts';
import { broadcastable, forAll, seeds } from '../kit/for-all.ts';
import { runCase } from '../kit/run-case.ts';
import { type HostArray, hostArray, uniformArray, wholeArray } from '../kit/values.ts';

const floats: readonly FloatDType[] = ['float32', 'float64'];

const size = fc.integer({ min: 0, max: 5 });

interface Product {
  /** Leading axes of the two operands and of the result. */
  readonly batches: readonly [Shape, Shape, Shape];
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

export const matMulChecks: readonly ConformanceCheck[] = floats.flatMap((dtype) =>
  [false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => checksOf(dtype, { transposeA, transposeB })),
  ),
);

function checksOf(dtype: FloatDType, options: MatMulOptions): ConformanceCheck[] {
  const suffix = `${options.transposeA ? ' transposeA' : ''}${options.transposeB ? ' transposeB' : ''}`;
  const name = `matMul ${dtype}${suffix}`;
  const multiply = (context: CheckContext, a: HostArray, b: HostArray, shape: Shape, precision: Precision) =>
    runCase(context, {
      label: `matMul${suffix}`,
      operands: [a, b],
      shape,
      dtype,
      precision,
      accumulates: precision === 'rounded',
      call: (backend, [x, y]) => backend.matMul(x!, y!, options),
    });
  const product = (context: CheckContext, { batches, m, k, n }: Product, seed: number, precision: Precision) => {
    const values = precision === 'exact' ? wholeArray : uniformArray;
    const a = values(dtype, [...batches[0], ...(options.transposeA ? [k, m] : [m, k])], seed);
    const b = values(dtype, [...batches[1], ...(options.transposeB ? [n, k] : [k, n])], seed + 1);
    return multiply(context, a, b, [...batches[2], m, n], precision);
  };
  const dtypes = [dtype];
  return [
    {
      name: `${name}: any sizes, leading axes broadcast`,
      dtypes,
      run: (context) =>
        forAll(fc.tuple(broadcastable(2, 2), size, size, size, seeds), 50, ([{ shape, operands }, m, k, n, seed]) =>
          product(context, { batches: [operands[0]!, operands[1]!, shape], m, k, n }, seed, 'exact'),
        ),
    },
    {
      name: `${name}: larger, odd sizes`,
      dtypes,
      async run(context) {
        const none: Product['batches'] = [[], [], []];
        await product(context, { batches: none, m: 33, k: 65, n: 17 }, 1, 'exact');
        await product(context, { batches: none, m: 33, k: 65, n: 17 }, 2, 'rounded');
        // Beyond the sizes of the blocks that fast kernels cut each axis into.
        await product(context, { batches: none, m: 9, k: 1050, n: 11 }, 9, 'exact');
        await product(context, { batches: none, m: 9, k: 5, n: 1050 }, 10, 'exact');
        await product(context, { batches: none, m: 1050, k: 5, n: 9 }, 11, 'exact');
        await product(context, { batches: none, m: 1, k: 1050, n: 3 }, 12, 'exact');
        await product(context, { batches: none, m: 1, k: 130, n: 37 }, 3, 'rounded');
        await product(context, { batches: none, m: 37, k: 130, n: 1 }, 4, 'rounded');
        await product(context, { batches: none, m: 19, k: 1, n: 21 }, 5, 'rounded');
        await product(context, { batches: [[3], [], [3]], m: 9, k: 13, n: 6 }, 6, 'rounded');
        await product(context, { batches: [[], [3], [3]], m: 9, k: 13, n: 6 }, 7, 'rounded');
        await product(context, { batches: [[2, 1], [3], [2, 3]], m: 4, k: 7, n: 5 }, 8, 'rounded');
      },
    },
    {
      name: `${name}: no inner size gives zeros`,
      dtypes,
      run: (context) => product(context, { batches: [[2], [1], [2]], m: 3, k: 0, n: 4 }, 1, 'exact'),
    },
    {
      name: `${name}: zero times NaN or infinity is NaN`,
      dtypes,
      async run(context) {
        const a = hostArray(dtype, [2, 2], [0, 0, 0, 0]);
        const b = hostArray(dtype, [2, 2], [NaN, Infinity, Infinity, NaN]);
        await multiply(context, a, b, [2, 2], 'exact');
        await multiply(context, b, a, [2, 2], 'exact');
      },
    },
  ];
}
