import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChild } from '../setup/child.mjs';
import { summarize } from './summary.mjs';

/** @returns {import('./summary.mjs').Result | undefined} */
function readResult(/** @type {string} */ file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
const file = join(folder, 'counts.json');
const exitCode = await runChild(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), SLUICE_TEST_COUNTS: file },
});
const result = readResult(file);
const summary = summarize(result?.counts, exitCode);
rmSync(folder, { recursive: true, force: true });
for (const [i, figure] of (result?.figures ?? []).entries())
  console.log(`${i === 0 ? 'Reliability:\n' : ''}  ${figure}`);
console.log(summary.line);
process.exitCode = summary.exitCode;
