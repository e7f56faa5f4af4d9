import { dtypes } from '@sluice/core';
import fc from 'fast-check';
import type { CheckContext, ConformanceCheck } from '../kit/check.ts';
import { forAll, seeds, shapes } from '../kit/for-all.ts';
import { runCase } from '../kit/run-case.ts';
import { anyArray, type HostArray, hostArray } from '../kit/values.ts';

/** Where conversions change: halves, the ends of int32, the whole numbers that float32 has no room for. */
const edges = [
  0.4,
  -0.4,
  0.9999,
  -0.9999,
  1e-30,
  2 ** 24 + 1,
  -(2 ** 24) - 3,
  2 ** 31 - 128,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 256,
  3e9,
  -3e9,
  1e20,
  -1e20,
];

export const castChecks: readonly ConformanceCheck[] = dtypes.flatMap((from) =>
  dtypes.map((to): ConformanceCheck => {
    const one = (context: CheckContext, x: HostArray) =>
      runCase(context, {
        label: 'cast',
        operands: [x],
        shape: x.shape,
        dtype: to,
        precision: from === to ? 'bits' : 'exact',
        call: (backend, [operand]) => backend.cast(operand!, to),
      });
    return {
      name: `cast ${from} to ${to}`,
      dtypes: [from, to],
      async run(context) {
        const held = edges.filter((x) => from === 'float32' || from === 'float64' || isInt32(x));
        if (from !== 'bool') await one(context, hostArray(from, [held.length], held));
        await forAll(fc.tuple(shapes(), seeds), 25, ([shape, seed]) => one(context, anyArray(from, shape, seed)));
      },
    };
  }),
);

function isInt32(x: number): boolean {
  return x === (x | 0);
}
