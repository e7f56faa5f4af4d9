import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import type { Backend } from '@sluice/core';
import { createArrayBackend } from 'custom-backend';
import { expect, it } from 'vitest';
import { agreement, agreementTolerance } from './index.ts';

const backends: Record<string, () => Backend | Promise<Backend>> = {
  js: createJsBackend,
  'plain arrays, apps/custom-backend': createArrayBackend,
  'wasm, plain SIMD': () => createWasmBackend({ simd: 'simd' }),
  'wasm, relaxed SIMD where the engine has it': () => createWasmBackend(),
};

it.each(Object.keys(backends))(
  '200 steps in float32 give the losses of float64: %s',
  async (name) => {
    const { losses, expected, difference, step } = await agreement(await backends[name]!());
    expect(difference, `step ${step}: ${losses[step]}, in float64 ${expected[step]}`).toBeLessThanOrEqual(
      agreementTolerance,
    );
    // It is no float64 in disguise, and something was learned.
    expect(difference).toBeGreaterThan(0);
    expect(losses).toHaveLength(200);
    expect(losses[199]).toBeLessThan(losses[0]! / 2);
  },
  120_000,
);

it('notices a backend whose tanh is off by 0.1 %', async () => {
  const backend = createJsBackend();
  const wrong: Backend = Object.create(backend, {
    unary: {
      value: (...[kind, x]: Parameters<typeof backend.unary>) => {
        const y = backend.unary(kind, x);
        if (kind !== 'tanh') return y;
        const factor = { storage: backend.fill(1, 0.999, x.dtype), shape: [], dtype: x.dtype };
        return backend.binary('multiply', { ...x, storage: y }, factor, x.shape);
      },
    },
  });
  const { difference } = await agreement(wrong);
  expect(difference).toBeGreaterThan(agreementTolerance);
});
