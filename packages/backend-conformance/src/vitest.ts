import type { Backend } from '@sluice/core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { supportChecks } from './checks/supports.ts';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { type ConformanceOptions, checkOptions, readConformanceOptions } from './kit/options.ts';
import { runCheck, skipReason } from './kit/run-check.ts';

/** Milliseconds; a GPU in software on a busy machine takes its time. */
const timeLimit = 180_000;

/**
 * Registers a vitest suite that holds a backend to the contract: every method and every kind against naive reference
 * kernels, over shapes of rank 0 to 7 with sizes 0 and 1 among them, many elements, broadcasting, special values, int32 overflow,
 * index errors, recycled memory, frees and downloads in any order, and use through a `Device`. Fused kernels, where the backend has them, are
 * compared with a cell's steps composed of single numbers, outputs and gradients, with lengths and in both directions. Call it at the top of a test file.
 *
 * Floats are compared relative to the greater of 1 and the magnitude of the result (for sums and products: of the absolute
 * values that went in). Kernels that only move elements must keep every bit, the sign of zero included; elsewhere -0 equals 0.
 * NaN and the infinities are exact. Cases are the same in each run; a failure names method, kind, element
 * types, shapes and the first wrong element, and where to read what the method must do.
 *
 * Checks of an element type that `supports` denies and of optional kernels that are not there are skipped with that as the note; float32, int32 and bool
 * may not be denied.
 *
 * @param create makes the backend; called once, and the backend disposed at the end
 * @example
 * testBackend(() => createMyBackend());
 * testBackend(() => createMyBackend({ precision: 'medium' }), { tolerances: { float32: 1e-4 }, optional: ['lstm, float32'] });
 * @throws OptionError for options that name a check or kernel that there is not
 */
export function testBackend(create: () => Backend | Promise<Backend>, given?: ConformanceOptions): void {
  const options = readConformanceOptions('testBackend', create, given);
  const checks = [...supportChecks(options), ...conformanceChecks];
  checkOptions('testBackend', options, checks);
  describe('backend conformance', () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await create();
    });
    afterAll(() => {
      backend.dispose?.();
    });
    for (const check of checks) {
      it(
        check.name,
        async (test) => {
          const reason = skipReason(check, backend, options);
          test.skip(reason !== undefined, reason);
          await runCheck(check, createCheckContext(backend, options.tolerances));
        },
        timeLimit,
      );
    }
  });
}
