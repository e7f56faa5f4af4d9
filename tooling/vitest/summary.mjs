/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ counts: Counts, figures: string[] }} Result */

/**
 * The closing line of a test run and its exit code. A run that vitest calls failed has at least one failure, and a run
 * in which no test ran has failed.
 * @param {Counts | undefined} counts undefined when vitest ended before it could count
 * @param {number} exitCode of vitest
 */
export function summarize(counts, exitCode) {
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  const broken = failed === 0 && (exitCode !== 0 || passed === 0);
  const failures = broken ? 1 : failed;
  const line = `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, exitCode: failures > 0 ? exitCode || 1 : 0 };
}
