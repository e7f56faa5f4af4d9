import type { Backend } from '@sluice/core';
import { supportChecks } from './checks/supports.ts';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { optionalKernels } from './kit/optional-kernels.ts';
import { type ConformanceOptions, checkOptions, readConformanceOptions } from './kit/options.ts';
import { type ConformanceReport, inWords, missingMethods } from './kit/report.ts';
import { runCheck, skipReason } from './kit/run-check.ts';

/**
 * Runs all checks of `testBackend` without a test runner.
 * @param create makes the backend; called once, and the backend disposed at the end
 * @returns what passed, failed and was skipped; it does not throw for a backend that fails
 * @example
 * const report = await checkBackend(() => createMyBackend(), { skip: { matMul: 'not written yet' } });
 * if (report.failed.length > 0) throw new Error(report.text);
 * @throws OptionError for options that name a check or kernel that there is not
 */
export async function checkBackend(
  create: () => Backend | Promise<Backend>,
  given?: ConformanceOptions,
): Promise<ConformanceReport> {
  const options = readConformanceOptions('checkBackend', create, given);
  const checks = [...supportChecks(options), ...conformanceChecks];
  checkOptions('checkBackend', options, checks);
  const backend = await create();
  const passed: string[] = [];
  const failed: { name: string; message: string }[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const ran = new Set<string | undefined>();
  for (const check of checks) {
    const { name, kernel } = check;
    const reason = skipReason(check, backend, options);
    if (reason !== undefined) {
      skipped.push({ name, reason });
      continue;
    }
    ran.add(kernel?.name);
    try {
      await runCheck(check, createCheckContext(backend, options.tolerances));
      passed.push(name);
    } catch (error) {
      failed.push({ name, message: (error as Error).message });
    }
  }
  const namesOf = (kernels: typeof optionalKernels) => kernels.map(({ name }) => name);
  const optional = {
    exercised: namesOf(optionalKernels).filter((name) => ran.has(name)),
    absent: namesOf(optionalKernels.filter((kernel) => !kernel.isIn(backend))),
  };
  const report = { backend: backend.name, passed, failed, skipped, missing: missingMethods(backend), optional };
  backend.dispose?.();
  return { ...report, text: inWords(report) };
}
