import { describe, expect, it } from 'vitest';
import { type Check, runChecks } from './schedule.mjs';

function check(name: string, exitCode = 0, extra: Partial<Check> = {}): Check {
  return { name, about: '', run: async () => ({ exitCode, output: `output of ${name}` }), ...extra };
}

async function run(checks: Check[], names: string[] = []) {
  const lines: string[] = [];
  const failed = await runChecks(checks, names, (text) => lines.push(text));
  return { failed, text: lines.join('\n') };
}

describe('runChecks', () => {
  it('shows the output of what failed only', async () => {
    const { failed, text } = await run([check('good'), check('bad', 1)]);
    expect(failed).toBe(1);
    expect(text).toContain('--- bad ---\noutput of bad');
    expect(text).not.toContain('output of good');
    expect(text).toContain('1 of 2 checks failed.');
  });

  it('does not run what needs a check that failed', async () => {
    const { failed, text } = await run([check('late', 0, { after: ['build'] }), check('build', 1)]);
    expect(failed).toBe(2);
    expect(text).toContain('not run: "build" failed');
  });

  it('runs the checks named and what they need', async () => {
    const { text } = await run([check('build'), check('size', 0, { after: ['build'] }), check('types', 1)], ['size']);
    expect(text).toContain('All 2 checks passed.');
  });
});
