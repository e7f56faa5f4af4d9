import {
  broadcastShapes,
  checkTensors,
  formatShape,
  hasShape,
  type MatMulOptions,
  readOptions,
  refuse,
  ShapeError,
  type Tensor,
} from '@sluice/core';
import { defineOp } from '../define-op.ts';
import { reshape } from './shape.ts';
import { checkFloat, checkSameDType } from './support.ts';

const matMulOp = defineOp({
  name: 'matMul',
  forward: (a: Tensor, b: Tensor, { transposeA, transposeB }: MatMulOptions) => {
    const [m, k] = lastTwo(a, transposeA);
    const [n, other] = lastTwo(b, !transposeB);
    if (k !== other) {
      const flags = transposeA || transposeB ? ` (transposeA ${transposeA}, transposeB ${transposeB})` : '';
      refuse(
        ShapeError,
        'matMul',
        'operands',
        `have shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}${flags}`,
        '[..., M, K] and [..., K, N]',
      );
    }
    const shape = [...broadcastShapes('matMul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
    return a.device.execute('matMul', [a, b], shape, a.dtype, (backend, [x, y]) =>
      backend.matMul(x!, y!, { transposeA, transposeB }),
    );
  },
  backward: (dy, _y, a, b, { transposeA, transposeB }) => [
    transposeA
      ? () => matMul(b, dy, { transposeA: transposeB, transposeB: true })
      : () => matMul(dy, b, { transposeB: !transposeB }),
    transposeB
      ? () => matMul(dy, a, { transposeA: true, transposeB: transposeA })
      : () => matMul(a, dy, { transposeA: !transposeA }),
  ],
});

const flagDefaults = { transposeA: false, transposeB: false } as const;

function lastTwo(x: Tensor, swapped: boolean): [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return swapped ? [columns, rows] : [rows, columns];
}

/**
 * The matrix product over the last two axes: [..., M, K] times [..., K, N] gives [..., M, N]; leading axes broadcast.
 * `transposeA` reads a as [..., K, M], `transposeB` reads b as [..., N, K]; both default to false and cost nothing.
 * @throws ShapeError when the inner sizes differ or a rank is below 2; DTypeError unless both are of one float dtype
 */
export function matMul(a: Tensor, b: Tensor, options?: Partial<MatMulOptions>): Tensor {
  const flags = readOptions<Partial<MatMulOptions>, typeof flagDefaults>('matMul', options, flagDefaults);
  checkTensors('matMul', { a, b });
  checkFloat('matMul', 'a', a);
  checkSameDType('matMul', a, b);
  for (const [argument, x] of [
    ['a', a],
    ['b', b],
  ] as const) {
    if (x.rank < 2) {
      refuse(ShapeError, 'matMul', argument, hasShape(x), 'at least two axes');
    }
  }
  if (b.rank > 2 || a.rank === 2 || flags.transposeA) return matMulOp(a, b, flags);
  // One product over all leading axes, so that the gradient of b is one product too.
  const rows = a.shape.slice(0, -1);
  const product = matMulOp(reshape(a, [rows.reduce((x, y) => x * y, 1), a.shape.at(-1) as number]), b, flags);
  return reshape(product, [...rows, product.shape[1] as number]);
}
