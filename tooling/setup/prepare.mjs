import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuietly } from './child.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const rootPackage = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Tools of the workspace first, so that turbo finds the pinned pnpm; nothing phones home.
 * @type {NodeJS.ProcessEnv}
 */
export const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};

/** A failure of the set-up that needs no stack trace. */
export class SetupError extends Error {}

/**
 * @param {string} version of the running Node, such as "v20.19.0"
 * @param {string} range such as ">=20.19"
 * @returns {string | undefined} what is wrong
 */
export function nodeProblem(version, range) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = range
    .replace(/^>=\s*/, '')
    .split('.')
    .map(Number);
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return undefined;
  return `Sluice needs Node ${minMajor}.${minMinor} or newer, and this is ${version}.`;
}

/** Every package.json of the workspace that lies in `folder`, its root first. */
export function packageFiles(/** @type {string} */ folder) {
  const workspace = readFileSync(join(folder, 'pnpm-workspace.yaml'), 'utf8');
  const parents = [...workspace.matchAll(/^ +- (\S+)\/\*$/gm)].map((match) => /** @type {string} */ (match[1]));
  const files = parents
    .filter((parent) => existsSync(join(folder, parent)))
    .flatMap((parent) => readdirSync(join(folder, parent)).map((name) => join(folder, parent, name, 'package.json')))
    .filter((file) => existsSync(file));
  return [join(folder, 'package.json'), ...files.sort()];
}

/** Names everything that decides what an installation holds. */
export function installStamp(/** @type {string} */ folder) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of [...packageFiles(folder), join(folder, 'pnpm-workspace.yaml'), join(folder, 'pnpm-lock.yaml')]) {
    hash.update(file.slice(folder.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function isInstalled(/** @type {string} */ stampFile, /** @type {string} */ stamp) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

/**
 * Runs one step of the set-up, silent but for a line at each end; what it printed is shown only if it fails.
 * @param {string} doing
 * @param {string} command
 * @param {readonly string[]} args
 * @param {(output: string) => string} explain what its failure means
 */
export async function step(doing, command, args, explain) {
  const start = performance.now();
  // A step that finds its work done says nothing.
  const announce = setTimeout(() => console.error(`${doing} ...`), 500);
  const { exitCode, output } = await runQuietly(command, args, { cwd: root, env: { ...environment, CI: 'true' } });
  clearTimeout(announce);
  if (exitCode !== 0) {
    const tail = output.trimEnd().split(/\r?\n/).slice(-15).join('\n');
    throw new SetupError(`${explain(output)} The last lines were:\n${tail}`);
  }
  const seconds = (performance.now() - start) / 1000;
  if (seconds > 0.5) console.error(`${doing}: done in ${seconds.toFixed(1)} s`);
}

function explainInstall(/** @type {string} */ output) {
  if (output.includes('OUTDATED_LOCKFILE')) {
    return 'pnpm-lock.yaml does not fit the package.json files: run "npx pnpm install" and commit the result.';
  }
  return 'The packages could not be installed: is the npm registry reachable?';
}

/** Installs the packages of the lockfile, unless they are there. */
export async function install() {
  const stampFile = join(root, 'node_modules', '.sluice-installed');
  const stamp = installStamp(root);
  if (isInstalled(stampFile, stamp)) return;
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const pnpm = rootPackage.packageManager;
  await step(`Installing packages with ${pnpm}`, npx, ['--yes', pnpm, 'install', '--frozen-lockfile'], explainInstall);
  writeFileSync(stampFile, stamp);
}

export const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');

/** Builds packages of the workspace and everything that they depend on. */
export async function build(/** @type {string[]} */ ...names) {
  await step(
    `Building ${names.join(', ')}`,
    process.execPath,
    [turbo, 'run', 'build', ...names.map((name) => `--filter=${name}...`), '--output-logs=errors-only'],
    () => `${names.join(', ')} could not be built.`,
  );
}

export function checkNode() {
  const problem = nodeProblem(process.version, rootPackage.engines.node);
  if (problem !== undefined) throw new SetupError(problem);
}
