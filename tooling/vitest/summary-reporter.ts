import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestSuite } from 'vitest/node';
import type { Counts, Result } from './summary.mjs';

function countErrors(node: TestModule | TestSuite): number {
  let errors = node.errors().length > 0 ? 1 : 0;
  for (const suite of node.children.suites()) errors += countErrors(suite);
  return errors;
}

/** Counts the tests of a run; a file or suite that fails outside of its tests counts as one failure. */
export function count(modules: readonly TestModule[], unhandledErrors: number): Counts {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    counts.failed += countErrors(module);
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'failed' : state]++;
    }
  }
  return counts;
}

/** What tests measured: their annotations of the type `figure`, in the order of the files. */
export function figuresOf(modules: readonly TestModule[]): string[] {
  const files = [...modules].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  const annotations = files.flatMap((module) => [...module.children.allTests()].flatMap((test) => test.annotations()));
  return annotations.filter(({ type }) => type === 'figure').map(({ message }) => message);
}

/** Writes counts and figures where run.mjs, which prints them at the end, reads them. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env.SLUICE_TEST_COUNTS;
    if (file === undefined) return;
    const result: Result = { counts: count(modules, unhandledErrors.length), figures: figuresOf(modules) };
    writeFileSync(file, JSON.stringify(result));
  }
}
