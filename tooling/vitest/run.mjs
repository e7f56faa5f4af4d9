import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChild } from '../setup/child.mjs';
import { summarize } from './summary.mjs';

/** @returns {import('./summary.mjs').Counts | undefined} */
function readCounts(/** @type {string} */ file) {
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
const summary = summarize(readCounts(file), exitCode);
rmSync(folder, { recursive: true, force: true });
console.log(summary.line);
process.exitCode = summary.exitCode;
