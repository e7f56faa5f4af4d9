import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runQuietly } from '../setup/child.mjs';
import { environment, packageFiles, root } from '../setup/prepare.mjs';

const script = (/** @type {string[]} */ ...path) => join(root, 'node_modules', ...path);
const pnpm = script('pnpm', 'bin', 'pnpm.cjs');
const publint = script('publint', 'src', 'cli.js');
const attw = script('@arethetypeswrong', 'cli', 'dist', 'index.js');

function run(/** @type {string[]} */ args, cwd = root) {
  return runQuietly(process.execPath, args, { cwd, env: environment });
}

/** Packs one package as for publishing, and lets publint and attw judge the tarball. */
async function checkPackage(/** @type {string} */ folder) {
  const temporary = mkdtempSync(join(tmpdir(), 'sluice-pack-'));
  try {
    const packed = await run([pnpm, 'pack', '--pack-destination', temporary], folder);
    const [tarball] = readdirSync(temporary).map((name) => join(temporary, name));
    if (packed.exitCode !== 0 || tarball === undefined) return packed;
    const published = await run([publint, 'run', tarball, '--strict']);
    const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    // Binaries have no types.
    const untyped = Object.keys(exports).filter((entry) => entry.endsWith('.wasm'));
    const options = ['--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color'];
    const excluded = untyped.length > 0 ? ['--exclude-entrypoints', ...untyped] : [];
    const typed = await run([attw, tarball, ...options, ...excluded]);
    return {
      exitCode: published.exitCode || typed.exitCode,
      output: (published.exitCode ? published.output : '') + (typed.exitCode ? typed.output : ''),
    };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Checks every package that is not private, as its users would get it. */
export async function checkPublished() {
  let exitCode = 0;
  let output = '';
  for (const file of packageFiles(root)) {
    const { name, private: isPrivate } = JSON.parse(readFileSync(file, 'utf8'));
    if (isPrivate) continue;
    const result = await checkPackage(dirname(file));
    if (result.exitCode === 0) continue;
    exitCode = 1;
    output += `${name}\n${result.output}\n`;
  }
  return { exitCode, output };
}
