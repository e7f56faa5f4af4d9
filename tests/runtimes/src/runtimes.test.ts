import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformanceChecks } from '@sluice/backend-conformance';
import { createWasmBackend } from '@sluice/backend-wasm';
import { sweep, train } from 'tests-training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runQuietly } from '../../../tooling/setup/child.mjs';
import { findRuntime, type Runtime } from '../../../tooling/setup/runtimes.mjs';
import { readTables } from './tables.mjs';

/** What is true of one runtime and not of the next. */
const cases: readonly { runtime: Runtime; says: RegExp; simd: string; args: readonly string[] }[] = [
  { runtime: 'node', says: /^node 24\./, simd: 'relaxed-simd', args: [] },
  {
    runtime: 'deno',
    says: /^deno 2\./,
    simd: 'relaxed-simd',
    args: ['run', '--no-prompt', '--allow-env', '--allow-read', '--allow-write'],
  },
  { runtime: 'bun', says: /^bun 1\./, simd: 'relaxed-simd', args: [] },
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-runtimes-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the built packages', () => {
  for (const { runtime, says, simd, args } of cases) {
    const program = findRuntime(runtime);
    it(`in ${runtime}: tables, kit, goldens, fused kernels, functions and a training as in Node, on 1 and 2 threads`, async (test) => {
      test.skip(program === undefined, `${runtime} could not be fetched`);
      const script = join(import.meta.dirname, 'check.mjs');
      const { exitCode, output } = await runQuietly(program as string, [...args, script, folder]);
      expect(exitCode, output).toBe(0);
      const result = JSON.parse(output.trim().split('\n').at(-1));
      expect(result.runtime).toMatch(says);
      expect(result.tables).toEqual(await readTables(folder));
      expect(result.results).toHaveLength(2);
      const losses = await train(await createWasmBackend({ simd: 'simd' }));
      const functions = await sweep(await createWasmBackend({ simd: 'simd' }));
      for (const [i, one] of result.results.entries()) {
        expect(one.info).toEqual({ simd, threads: i + 1 });
        expect(one.kit.wrong).toEqual([]);
        expect(one.kit.checks).toBeGreaterThanOrEqual(conformanceChecks.length);
        expect(one.kit.reasons.filter((reason: string) => !reason.startsWith('optional: '))).toEqual([]);
        expect(one.fused.exercised).toEqual(expect.arrayContaining(['lstm, float32', 'adam, float32']));
        expect(one.fused.cells).toContain('lstm');
        expect(one.golden).toEqual({ compared: 70, failed: [] });
        expect(one.functions).toEqual(functions);
        expect(one.losses).toEqual(losses);
      }
    }, 300_000);
  }
});
