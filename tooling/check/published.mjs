import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from '../setup/child.mjs';
import { packPackage, publishedPackages } from '../setup/pack.mjs';
import { environment, root } from '../setup/prepare.mjs';

const script = (/** @type {string[]} */ ...path) => join(root, 'node_modules', ...path);
const publint = script('publint', 'src', 'cli.js');
const attw = script('@arethetypeswrong', 'cli', 'dist', 'index.js');

function run(/** @type {string[]} */ args) {
  return runQuietly(process.execPath, args, { cwd: root, env: environment });
}

/** Packs one package as for publishing, and lets publint and attw judge the tarball. */
async function checkPackage(/** @type {string} */ folder, /** @type {Record<string, unknown>} */ exports) {
  const temporary = mkdtempSync(join(tmpdir(), 'sluice-pack-'));
  try {
    const tarball = await packPackage(folder, temporary);
    const published = await run([publint, 'run', tarball, '--strict']);
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
  for (const [name, { folder, manifest }] of publishedPackages()) {
    const result = await checkPackage(folder, manifest.exports ?? {});
    if (result.exitCode === 0) continue;
    exitCode = 1;
    output += `${name}\n${result.output}\n`;
  }
  return { exitCode, output };
}
