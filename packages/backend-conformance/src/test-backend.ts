import type { Backend } from '@sluice/core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext, demand } from './kit/check.ts';
import type { Tolerances } from './kit/compare.ts';

/**
 * Registers a vitest suite that holds a backend to the contract: every method and every kind against naive reference
 * kernels, over shapes of rank 0 to 4 with sizes 0 and 1 among them, broadcasting, special values, int32 overflow,
 * index errors, recycled memory, frees and downloads in any order, and use through a `Device`. Call it at the top of a test file.
 *
 * Floats are compared relative to the greater of 1 and the magnitude of the result (for sums and products: of the absolute
 * values that went in). Kernels that only move elements must keep every bit, the sign of zero included; elsewhere -0 equals 0.
 * NaN and the infinities are exact. Cases are the same in each run; a failure names method, kind, element
 * types, shapes and the first wrong element.
 *
 * Checks of an element type that `supports` denies are skipped; float32, int32 and bool may not be denied.
 *
 * @param create makes the backend; called once, and the backend disposed at the end
 * @param tolerances largest relative errors; default 1e-5 for float32 and 1e-12 for float64
 * @example
 * testBackend(() => createMyBackend());
 * testBackend(() => createMyBackend({ precision: 'medium' }), { float32: 1e-4 });
 */
export function testBackend(create: () => Backend | Promise<Backend>, tolerances: Partial<Tolerances> = {}): void {
  describe('backend conformance', () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await create();
    });
    afterAll(() => {
      backend.dispose?.();
    });
    it('supports float32, int32 and bool', () => {
      for (const dtype of ['float32', 'int32', 'bool'] as const) {
        demand(backend.supports(dtype), `supports: ${dtype} is denied, expected of every backend`);
      }
    });
    for (const check of conformanceChecks) {
      it(check.name, async (test) => {
        test.skip(
          check.dtypes.some((dtype) => !backend.supports(dtype)),
          `no ${check.dtypes.join(', ')}`,
        );
        await check.run(createCheckContext(backend, tolerances));
      });
    }
  });
}
