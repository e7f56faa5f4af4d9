import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runQuietly } from '../../../tooling/setup/child.mjs';
import { packPackage, publishedPackages } from '../../../tooling/setup/pack.mjs';
import { environment, root } from '../../../tooling/setup/prepare.mjs';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const published = publishedPackages();

/** Runs a command of this Node outside the workspace, and outside the tests that run it. */
export function run(args: readonly string[], cwd: string) {
  const env = Object.entries(environment).filter(([name]) => !/^(VITEST|NODE_ENV$)/.test(name));
  return runQuietly(process.execPath, args, { cwd, env: Object.fromEntries(env) });
}

/** Runs npm in a folder outside the workspace, as a user would. */
export function runNpm(args: readonly string[], cwd: string) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // What npm or pnpm tell the scripts that they run would be settings of this npm.
  const env = Object.entries(environment).filter(
    ([name]) => !/^(npm_|pnpm_|INIT_CWD$|NODE_ENV$)/i.test(name) || /registry|cafile|proxy/i.test(name),
  );
  return runQuietly(npm, args, { cwd, env: Object.fromEntries(env) });
}

/** Makes what is installed in the workspace folder `from` available in `folder`. */
export function link(name: string, folder: string, from = root): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(realpathSync(join(from, 'node_modules', name)), place, 'junction');
}

/** Copies an app out of the workspace; its own packages are packed, and all that these depend on is linked. */
export async function copyApp(app: string, folder: string): Promise<void> {
  const source = join(root, 'apps', app);
  mkdirSync(folder);
  for (const name of ['src', 'package.json', 'tsconfig.json']) {
    cpSync(join(source, name), join(folder, name), { recursive: true });
  }
  const own = new Set<string>();
  const outside = new Map<string, string>();
  const visit = (from: string) => {
    for (const name of Object.keys(read(join(from, 'package.json')).dependencies ?? {})) {
      const entry = published.get(name);
      if (entry === undefined) outside.set(name, from);
      else if (!own.has(name)) {
        own.add(name);
        visit(entry.folder);
      }
    }
  };
  visit(source);
  for (const [name, from] of outside) link(name, folder, from);
  await Promise.all([...own].map((name) => install(name, folder)));
  // What the README of the app says to do.
  const manifest = read(join(folder, 'package.json'));
  const dependencies = Object.fromEntries(
    Object.keys(manifest.dependencies ?? {}).map((name) => [name, `^${published.get(name)?.manifest.version}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
}

/** Packs a package of the workspace and unpacks it where it would be installed. */
async function install(name: string, folder: string): Promise<void> {
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  const tarball = await packPackage(published.get(name)!.folder, join(folder, 'packed'));
  const unpacked = await runQuietly('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']);
  if (unpacked.exitCode !== 0) throw new Error(`${name} could not be unpacked:\n${unpacked.output}`);
}
