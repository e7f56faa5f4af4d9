import type { Backend } from '@sluice/core';

/** What came of a backend's checks. */
export interface ConformanceReport {
  /** The backend's name. */
  readonly backend: string;
  /** Names of checks. */
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** The methods of the contract that the backend has not yet, in a good order to write them. */
  readonly missing: readonly string[];
  /** The optional kernels: those that the backend has and that were run, and those that are composed instead. */
  readonly optional: { readonly exercised: readonly string[]; readonly absent: readonly string[] };
  /** All of it in words: a line per missing method, failure and reason to skip, and for the optional kernels. */
  readonly text: string;
}

/** In the order of the guide. */
const methods = [
  ...['upload', 'download', 'free', 'fill'],
  ...['unary', 'binary', 'compare', 'select', 'cast'],
  ...['slice', 'pad', 'concat', 'transpose'],
  ...['reduce', 'argReduce', 'cumulativeSum', 'matMul', 'gather', 'scatterAdd'],
];

export function missingMethods(backend: Backend): readonly string[] {
  return methods.filter((method) => typeof backend[method as keyof Backend] !== 'function');
}

/** The `text` of a report. */
export function inWords(report: Omit<ConformanceReport, 'text'>): string {
  const { backend, passed, failed, skipped, missing, optional } = report;
  const waiting = (method: string) => failed.filter(({ message }) => message.includes(`.${method} is not a function`));
  const known = new Set(missing.flatMap(waiting));
  const reasons = [...new Set(skipped.map(({ reason }) => reason))].filter(
    (reason) => !reason.startsWith('optional: '),
  );
  const list = (names: readonly string[]) => (names.length > 0 ? names.join('; ') : 'none');
  return [
    `Backend ${backend}: ${passed.length} checks passed, ${failed.length} failed, ${skipped.length} skipped.`,
    ...missing.map((method) => `Not written yet: ${method}, for which ${waiting(method).length} checks wait.`),
    ...failed
      .filter((failure) => !known.has(failure))
      .map(({ name, message }) => `Failed: ${name}\n  ${message.replaceAll('\n', '\n  ')}`),
    ...reasons.map((reason) => {
      const count = skipped.filter((one) => one.reason === reason).length;
      return `Skipped ${count}: ${reason}.`;
    }),
    `Optional kernels exercised, fused ones forward and backward: ${list(optional.exercised)}.`,
    `Optional kernels that the backend has not, so that they are composed: ${list(optional.absent)}.`,
  ].join('\n');
}
