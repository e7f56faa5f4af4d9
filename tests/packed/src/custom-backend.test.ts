import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyApp, link, run } from './copy.ts';

const parent = mkdtempSync(join(tmpdir(), 'sluice-packed-'));
const folder = join(parent, 'my-backend');
afterAll(() => rmSync(parent, { recursive: true, force: true }));

describe('apps/custom-backend, copied out of the workspace', () => {
  beforeAll(async () => {
    await copyApp('custom-backend', folder);
    for (const name of ['@types/node', 'tsx', 'typescript']) link(name, folder);
  }, 120_000);

  it('passes the conformance kit without vitest', async () => {
    const { exitCode, output } = await run(['--import', 'tsx', 'src/cli.ts', 'conformance'], folder);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/^Backend custom: \d{3} checks passed, 0 failed, \d+ skipped\.$/m);
    const without = await run(['--import', 'tsx', '--eval', "import('@sluice/backend-conformance/vitest')"], folder);
    expect(without.exitCode).not.toBe(0);
    expect(without.output).toContain("Cannot find package 'vitest'");
  }, 240_000);

  it('passes its own tests', async () => {
    link('vitest', folder);
    const { exitCode, output } = await run(['node_modules/vitest/vitest.mjs', 'run', '--no-color'], folder);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/Test Files +2 passed/);
  }, 240_000);

  it('has the right types', async () => {
    const { exitCode, output } = await run(['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false'], folder);
    expect(exitCode, output).toBe(0);
  }, 120_000);
});
