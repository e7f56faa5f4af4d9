import type { TestProject } from 'vitest/node';
import { publishedPackages } from '../setup/pack.mjs';
import { build, SetupError } from '../setup/prepare.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why the packages could not be built; empty if they were. */
    readonly buildProblem: string;
  }
}

/** Builds what tests/ takes from dist. Where that fails, the tests that need it do, and no others. */
export default async function buildPackages(project: TestProject): Promise<void> {
  try {
    // eslint-disable-next-line sluice/no-spread-arguments -- one for each package
    await build('tests-bundlers', 'tests-packed', 'tests-runtimes', ...publishedPackages().keys());
    project.provide('buildProblem', '');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    project.provide('buildProblem', error.message);
  }
}
