import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runQuietly } from './child.mjs';
import { environment, packageFiles, root, SetupError } from './prepare.mjs';

/** @typedef {{ name: string, version: string, private?: boolean, dependencies?: Record<string, string>, exports?: Record<string, unknown> }} Manifest */

const read = (/** @type {string} */ file) => /** @type {Manifest} */ (JSON.parse(readFileSync(file, 'utf8')));

/**
 * The packages that are published, by name.
 * @returns {Map<string, { folder: string, manifest: Manifest }>}
 */
export function publishedPackages() {
  const all = packageFiles(root).map((file) => ({ folder: dirname(file), manifest: read(file) }));
  return new Map(all.filter(({ manifest }) => !manifest.private).map((each) => [each.manifest.name, each]));
}

/**
 * Packages and all of this workspace that they depend on.
 * @param {readonly string[]} names with or without `@sluice/`
 */
export function withDependencies(names) {
  const published = publishedPackages();
  /** @type {Set<string>} */
  const found = new Set();
  const visit = (/** @type {string} */ name) => {
    const entry = published.get(name);
    if (entry === undefined || found.has(name)) return;
    found.add(name);
    for (const dependency of Object.keys(entry.manifest.dependencies ?? {})) visit(dependency);
  };
  for (const name of names) {
    const full = name.startsWith('@') ? name : `@sluice/${name}`;
    if (!published.has(full)) {
      const known = [...published.keys()].map((each) => each.replace('@sluice/', '')).join(', ');
      throw new SetupError(`There is no package "${name}". Known: ${known}.`);
    }
    visit(full);
  }
  return [...found];
}

/**
 * Packs one built package as for publishing.
 * @returns {Promise<string>} the tarball's path
 */
export async function packPackage(/** @type {string} */ folder, /** @type {string} */ destination) {
  mkdirSync(destination, { recursive: true });
  // Beside its place at first: two packs at once do not see each other's files.
  const temporary = mkdtempSync(join(destination, '.pack-'));
  try {
    const pnpm = join(root, 'node_modules/pnpm/bin/pnpm.cjs');
    const args = [pnpm, 'pack', '--pack-destination', temporary];
    const { exitCode, output } = await runQuietly(process.execPath, args, { cwd: folder, env: environment });
    const [name] = readdirSync(temporary);
    if (exitCode !== 0 || name === undefined) throw new SetupError(`${folder} could not be packed:\n${output}`);
    const tarball = join(destination, name);
    renameSync(join(temporary, name), tarball);
    return tarball;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const help = `Usage: npm run pack -- [PACKAGE...] [--out FOLDER]

Packs packages, with those that they depend on, as they will be published; all of them when none is named. npm then installs
them in a project of your own: npm install FOLDER/*.tgz

Options:
  --out FOLDER  where the tarballs go; default sluice-packages
  -h, --help    show this text
`;

/**
 * The command `pack`.
 * @param {string[]} args
 * @param {string} userFolder what paths are relative to
 * @param {(...names: string[]) => Promise<void>} build
 */
export async function packCommand(args, userFolder, build) {
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const options = { out: { type: 'string', default: 'sluice-packages' }, help: { type: 'boolean', short: 'h' } };
  /** @type {{ values: { out?: string, help?: boolean }, positionals: string[] }} */
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
  const { out = '', help: isHelp } = parsed.values;
  if (isHelp) {
    console.log(help);
    return 0;
  }
  const published = publishedPackages();
  const names = withDependencies(parsed.positionals.length > 0 ? parsed.positionals : [...published.keys()]);
  // eslint-disable-next-line sluice/no-spread-arguments -- one for each package
  await build(...names);
  for (const name of names) {
    const { folder } = /** @type {{ folder: string }} */ (published.get(name));
    console.log(relative(userFolder, await packPackage(folder, resolve(userFolder, out))));
  }
  console.log(`Install them in your project: npm install ${join(out, '*.tgz')}`);
  return 0;
}
