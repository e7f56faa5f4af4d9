import type { Backend } from '@sluice/core';
import { supportChecks } from './checks/supports.ts';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { fusedKernels, supportedSizes } from './kit/fused-kernels.ts';
import { type ConformanceOptions, checkOptions } from './kit/options.ts';
import { runCheck, skipReason } from './kit/run-check.ts';

/** What came of a backend's checks. */
export interface ConformanceReport {
  /** The backend's name. */
  readonly backend: string;
  /** Names of checks. */
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** The optional kernels: those that the backend has and that were run, and those that layers compose from steps instead. */
  readonly fused: { readonly exercised: readonly string[]; readonly absent: readonly string[] };
  /** All of it in words: a line per failure, per reason to skip, and for the fused kernels. */
  readonly text: string;
}

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
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const checks = [...supportChecks(options), ...conformanceChecks];
  checkOptions(options, checks);
  const backend = await create();
  const passed: string[] = [];
  const failed: { name: string; message: string }[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const check of checks) {
    const { name } = check;
    const reason = skipReason(check, backend, options);
    if (reason !== undefined) {
      skipped.push({ name, reason });
      continue;
    }
    try {
      await runCheck(check, createCheckContext(backend, options.tolerances));
      passed.push(name);
    } catch (error) {
      failed.push({ name, message: (error as Error).message });
    }
  }
  const has = fusedKernels.filter((kernel) => supportedSizes(backend, kernel).length > 0).map(({ name }) => name);
  const exercised = has.filter((kernel) =>
    [...passed, ...failed.map(({ name }) => name)].some((name) => name.startsWith(`recurrent ${kernel}: `)),
  );
  const absent = fusedKernels.map(({ name }) => name).filter((name) => !has.includes(name));
  const report = { backend: backend.name, passed, failed, skipped, fused: { exercised, absent } };
  backend.dispose?.();
  return { ...report, text: inWords(report) };
}

function inWords({ backend, passed, failed, skipped, fused }: Omit<ConformanceReport, 'text'>): string {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))].filter(
    (reason) => !reason.startsWith('optional: '),
  );
  const list = (names: readonly string[]) => (names.length > 0 ? names.join('; ') : 'none');
  return [
    `Backend ${backend}: ${passed.length} checks passed, ${failed.length} failed, ${skipped.length} skipped.`,
    ...failed.map(({ name, message }) => `Failed: ${name}\n  ${message.replaceAll('\n', '\n  ')}`),
    ...reasons.map((reason) => {
      const count = skipped.filter((one) => one.reason === reason).length;
      return `Skipped ${count}: ${reason}.`;
    }),
    `Fused kernels exercised, forward and backward: ${list(fused.exercised)}.`,
    `Fused kernels that the backend has not, so that layers compose their steps: ${list(fused.absent)}.`,
  ].join('\n');
}
