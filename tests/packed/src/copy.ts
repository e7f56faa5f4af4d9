import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runQuietly } from '../../../tooling/setup/child.mjs';
import { environment, packageFiles, root } from '../../../tooling/setup/prepare.mjs';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const folders = new Map(packageFiles(root).map((file) => [read(file).name, dirname(file)]));

/** Runs a command of this Node outside the workspace, and outside the tests that run it. */
export function run(args: readonly string[], cwd: string) {
  const env = Object.entries(environment).filter(([name]) => !/^(VITEST|NODE_ENV$)/.test(name));
  return runQuietly(process.execPath, args, { cwd, env: Object.fromEntries(env) });
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
      const place = folders.get(name);
      if (place === undefined) outside.set(name, from);
      else if (!own.has(name)) {
        own.add(name);
        visit(place);
      }
    }
  };
  visit(source);
  for (const [name, from] of outside) link(name, folder, from);
  await Promise.all([...own].map((name) => install(name, folder)));
  // What the README of the app says to do.
  const manifest = read(join(folder, 'package.json'));
  const dependencies = Object.fromEntries(
    Object.keys(manifest.dependencies ?? {}).map((name) => [
      name,
      `^${read(join(folders.get(name) as string, 'package.json')).version}`,
    ]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
}

/** Packs a package of the workspace and unpacks it where it would be installed. */
async function install(name: string, folder: string): Promise<void> {
  const packed = join(folder, 'packed', name);
  const place = join(folder, 'node_modules', name);
  for (const each of [packed, place]) mkdirSync(each, { recursive: true });
  const pnpm = join(root, 'node_modules/pnpm/bin/pnpm.cjs');
  const { exitCode, output } = await run([pnpm, 'pack', '--pack-destination', packed], folders.get(name) as string);
  if (exitCode !== 0) throw new Error(`${name} could not be packed:\n${output}`);
  const [tarball] = readdirSync(packed);
  const unpacked = await runQuietly('tar', ['-xzf', join(packed, tarball!), '-C', place, '--strip-components=1']);
  if (unpacked.exitCode !== 0) throw new Error(`${name} could not be unpacked:\n${unpacked.output}`);
}
