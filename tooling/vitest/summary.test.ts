import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runQuietly } from '../setup/child.mjs';
import { summarize } from './summary.mjs';

describe('summarize', () => {
  it('counts', () => {
    expect(summarize({ passed: 3, failed: 0, skipped: 0 }, 0)).toEqual({ line: '3 passed, 0 failed', exitCode: 0 });
    expect(summarize({ passed: 3, failed: 0, skipped: 2 }, 0).line).toBe('3 passed, 0 failed, 2 skipped');
    expect(summarize({ passed: 3, failed: 1, skipped: 0 }, 0).exitCode).toBe(1);
  });

  it('takes a run that fails without a failed test, that counts nothing or runs no test, as a failure', () => {
    expect(summarize({ passed: 3, failed: 0, skipped: 0 }, 1)).toEqual({ line: '3 passed, 1 failed', exitCode: 1 });
    expect(summarize(undefined, 137)).toEqual({ line: '0 passed, 1 failed', exitCode: 137 });
    expect(summarize({ passed: 0, failed: 0, skipped: 4 }, 0)).toEqual({
      line: '0 passed, 1 failed, 4 skipped',
      exitCode: 1,
    });
  });
});

describe('a test run', () => {
  const run = (...args: string[]) => runQuietly(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...args]);
  const config = join(import.meta.dirname, 'fixtures/vitest.config.ts');

  it('ends with the counts of tests, of files that do not load and of suites that do not start', async () => {
    const { exitCode, output } = await run('--config', config);
    expect(output.trimEnd().split('\n').at(-1)).toBe('1 passed, 4 failed, 2 skipped');
    expect(exitCode).toBe(1);
  });

  it('fails the test that prints', async () => {
    const { output } = await run('--config', config, '--reporter=tap-flat', 'each-kind');
    expect(output).toContain('The test printed to the console:\nconsole.log: printed by a test');
  });
});
