import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError, step } from './prepare.mjs';

/** Each a package of npm that brings the program of its name. They are no dependencies: 380 MB that only `npm test` needs. */
const versions = { node: '24.21.0', deno: '2.9.6', bun: '1.4.5' };

/** @typedef {keyof typeof versions} Runtime */

function folderOf(/** @type {Runtime} */ name) {
  return join(root, 'node_modules/.cache/runtimes', `${name}-${versions[name]}`);
}

/** @returns {string | undefined} the program, once it is installed */
export function findRuntime(/** @type {Runtime} */ name) {
  const program = join(folderOf(name), 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);
  return existsSync(program) ? program : undefined;
}

/**
 * Fetches the runtimes that are not there yet. Where that cannot be, their tests are skipped, but not on CI.
 * @throws SetupError on CI
 */
export async function provideRuntimes() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  for (const name of /** @type {Runtime[]} */ (Object.keys(versions))) {
    if (findRuntime(name) !== undefined) continue;
    const what = `${name}@${versions[name]}`;
    const args = ['install', '--no-save', '--no-package-lock', '--no-audit', '--prefix', folderOf(name), what];
    try {
      await step(`Fetching ${what}`, npm, args, () => `${what} could not be fetched: is the npm registry reachable?`);
    } catch (error) {
      if (!(error instanceof SetupError) || process.env.CI) throw error;
      console.error(`${what} could not be fetched. The tests that need it are skipped.`);
    }
  }
}
