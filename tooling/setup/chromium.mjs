import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, SetupError, step } from './prepare.mjs';

const names = ['chromium', 'google-chrome', 'google-chrome-stable'];
const advice =
  'There is no Chromium: install it (on Debian: apt-get install chromium) or run "npx playwright install chromium".';

export const asRoot = process.getuid?.() === 0;

/** Software GL, so that WebGL is there and the same on every machine; the sandbox does not start as root. */
export const chromiumArguments = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  ...(asRoot ? ['--no-sandbox'] : []),
];

/** @returns {string | undefined} the path of a file in PATH */
export function which(/** @type {string} */ name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** @returns {Promise<string | undefined>} the system's Chromium, else playwright's own */
export async function findChromium() {
  const system = names.map(which).find((file) => file !== undefined);
  if (system !== undefined) return system;
  const { chromium } = await import('playwright');
  const own = chromium.executablePath();
  return existsSync(own) ? own : undefined;
}

/**
 * Installs a Chromium unless there is one. Where that cannot be, what needs it does without, but not on CI.
 * @throws SetupError on CI
 */
export async function provideChromium() {
  if ((await findChromium()) !== undefined) return;
  const apt = ['-c', 'apt-get update && apt-get install --yes --no-install-recommends chromium'];
  const playwright = [join(root, 'node_modules/playwright/cli.js'), 'install', '--no-shell', 'chromium'];
  /** @type {[string, string, string[]][]} */
  const ways = [['playwright', process.execPath, playwright]];
  if (asRoot && which('apt-get')) ways.unshift(['apt-get', 'sh', apt]);
  /** @type {string[]} */
  const failures = [];
  for (const [name, command, args] of ways) {
    try {
      await step(`Installing Chromium with ${name}`, command, args, () => `${name} could not install Chromium.`);
      if ((await findChromium()) !== undefined) return;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      failures.push(error.message);
    }
  }
  if (process.env.CI) throw new SetupError([advice, ...failures].join('\n'));
  console.error(`${advice} What needs it is left out.`);
}
