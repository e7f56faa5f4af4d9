import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Unsupported } from './runner.mjs';

/** Loads packages from the folder of the peers, which the last argument names. */
export const peers = createRequire(join(process.argv.at(-1) ?? '.', 'package.json'));

/** The module, or Unsupported where it is not installed. */
export function load(/** @type {string} */ name) {
  try {
    return peers(name);
  } catch (error) {
    throw new Unsupported(`${name} does not load: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
}

/** @returns {string} */
export function versionOf(/** @type {string} */ name) {
  return peers(`${name}/package.json`).version;
}
