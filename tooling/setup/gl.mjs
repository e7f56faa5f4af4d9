import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { asRoot, which } from './chromium.mjs';
import { environment, root, SetupError, step } from './prepare.mjs';

const folder = join(root, 'tooling/setup/gl');
const binary = join(folder, 'node_modules/gl/build/Release/webgl.node');
const isLinux = process.platform === 'linux';

const debianPackages = 'g++ make python3 xvfb xauth libgl1-mesa-dri';
const advice = `There is no headless GL: it takes g++, make, python3 and, on Linux, Xvfb (on Debian: apt-get install ${debianPackages}).`;

/** @returns {string[]} programs that are needed to build gl or to show it, and are not there */
function missingPrograms() {
  const needed = [...(existsSync(binary) ? [] : ['g++', 'make', 'python3']), ...(isLinux ? ['Xvfb'] : [])];
  return needed.filter((name) => which(name) === undefined);
}

async function installPrograms() {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  if (!asRoot || !which('apt-get')) throw new SetupError(`${missing.join(', ')} cannot be found.`);
  const command = `apt-get update && apt-get install --yes --no-install-recommends ${debianPackages}`;
  await step('Installing an X server and a compiler with apt-get', 'sh', ['-c', command], () => 'apt-get failed.');
}

/** Builds the package gl of tooling/setup/gl, unless it is there. */
async function buildGl() {
  if (existsSync(binary)) return;
  const pnpm = join(root, 'node_modules/pnpm/bin/pnpm.cjs');
  const args = [pnpm, '--dir', folder, 'install', '--frozen-lockfile'];
  await step('Building headless GL', process.execPath, args, () => 'The package gl could not be built.');
}

/** Starts an X server on a free display; it ends with this process. */
async function startDisplay() {
  const args = ['-displayfd', '3', '-screen', '0', '64x64x24', '-nolisten', 'tcp'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  process.on('exit', () => server.kill());
  const pipe = /** @type {import('node:net').Socket} */ (server.stdio[3]);
  /** @type {string} */
  const display = await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code) => reject(new SetupError(`Xvfb ended with code ${code}.`)));
    createInterface(pipe).once('line', resolve);
  });
  pipe.destroy();
  server.unref();
  return `:${display}`;
}

/**
 * Provides headless GL for this run: the package gl, which gpu.js finds through NODE_PATH, and a display. Where that cannot be, what needs it does
 * without, but not on CI.
 * @throws SetupError on CI
 */
export async function provideGl() {
  try {
    await installPrograms();
    await buildGl();
    if (isLinux && !environment.DISPLAY) environment.DISPLAY = await startDisplay();
    environment.NODE_PATH = join(folder, 'node_modules');
    environment.SLUICE_HEADLESS_GL = '1';
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (process.env.CI) throw new SetupError(`${advice}\n${error.message}`);
    console.error(`${advice} What needs it is left out.`);
  }
}
