import { type AdamStep, type Backend, type Operand, type OptimizerKernels, Random } from '@sluice/core';
import { expect, it } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { bestSimd } from './load.ts';
import type { WasmStorage } from './storage.ts';
import { put, take } from './testing/operands.ts';

type X = Operand<WasmStorage>;

const step: AdamStep = {
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, penalty: 0.1, decay: 0.99 },
  ...{ stepSize: 0.003, deviationScale: 7.3 },
};

/** The same step of the backend's own operations. */
function composed(backend: Backend<WasmStorage>, [theta, gradient, first, second]: readonly X[]): readonly X[] {
  const { shape } = theta!;
  const { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale } = step;
  const binary = (kind: 'add' | 'subtract' | 'multiply' | 'divide', a: X, b: X | number): X => {
    const other = typeof b === 'number' ? put(backend, Float32Array.of(b), []) : b;
    return { storage: backend.binary(kind, a, other, shape), shape, dtype: 'float32' };
  };
  const g = binary('add', gradient!, binary('multiply', theta!, penalty));
  const mix = (mean: X, beta: number, value: X) =>
    binary('add', binary('multiply', mean, beta), binary('multiply', value, 1 - beta));
  const m = mix(first!, beta1, g);
  const v = mix(second!, beta2, binary('multiply', g, g));
  const root = { ...v, storage: backend.unary('sqrt', v) };
  const deviation = binary('add', binary('multiply', root, deviationScale), epsilon);
  const change = binary('multiply', binary('divide', m, deviation), stepSize);
  return [binary('subtract', binary('multiply', theta!, decay), change), m, v];
}

const builds = ['simd', 'relaxed-simd'] as const;
it.each(builds.slice(0, bestSimd() === 'simd' ? 1 : 2))(
  'Adam in one pass gives the bits of the operations, %s',
  async (simd) => {
    const backend = await createWasmBackend({ simd });
    const kernels = backend.optimizer as OptimizerKernels<WasmStorage>;
    const random = new Random(1);
    for (const size of [0, 1, 3, 4, 6, 65, 1003]) {
      const operands = [1, 1e-3, 1e-2].map((scale) =>
        put(
          backend,
          Float32Array.from(random.normal(size), (value) => value * scale),
        ),
      );
      operands.push(
        put(
          backend,
          Float32Array.from(random.uniform(size), (value) => value * 1e-4),
        ),
      );
      const [parameter, gradient, firstMoment, secondMoment] = operands as [X, X, X, X];
      const expected = composed(backend, operands);
      const got = kernels.adam({ parameter, gradient, firstMoment, secondMoment }, step);
      for (const [k, storage] of [got.parameter, got.firstMoment, got.secondMoment].entries()) {
        expect(await take(backend, storage)).toEqual(await take(backend, expected[k]!.storage));
      }
    }
  },
);

it('has kernels of float32, and adds squares in double precision', async () => {
  const backend = await createWasmBackend();
  const kernels = backend.optimizer as OptimizerKernels<WasmStorage>;
  expect([kernels.supports('float32'), kernels.supports('float64')]).toEqual([true, false]);
  // In single precision, ones added to 2^26 one by one are lost.
  const x = new Float32Array(30_001);
  for (let i = 0; i <= 30_000; i += 3750) x[i] = i === 0 ? 2 ** 13 : 1;
  expect(await take(backend, kernels.sumOfSquares(put(backend, x)))).toEqual(Float32Array.of(2 ** 26 + 8));
  expect(await take(backend, kernels.sumOfSquares(put(backend, new Float32Array(0))))).toEqual(Float32Array.of(0));
});
