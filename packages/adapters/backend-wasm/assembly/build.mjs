#!/usr/bin/env node
// Compiles the kernels, once with plain and once with relaxed SIMD: into dist, for those who serve the binaries as files, and inlined in
// TypeScript into src/generated, which --check only compares.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const root = join(folder, '..');
const builds = { simd: ['simd'], 'relaxed-simd': ['simd', 'relaxed-simd'] };

/** Identifies the sources that a build was made of. */
export function sourceHash() {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n'))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string[]} features */
async function compile(features) {
  const { main } = await import('assemblyscript/asc');
  /** @type {Uint8Array | undefined} */
  let binary;
  const options = [
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '1',
    '--runtime',
    'stub',
    '--noAssert',
    '--importMemory',
    '--use',
    'abort=',
  ];
  const { error, stderr } = await main(
    [
      'index.ts',
      '--outFile',
      'out.wasm',
      '--disableWarning',
      '112',
      ...options,
      ...features.flatMap((name) => ['--enable', name]),
    ],
    {
      readFile: (name) => {
        try {
          return readFileSync(join(folder, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = /** @type {Uint8Array} */ (contents);
      },
      listFiles: () => [],
    },
  );
  if (error || binary === undefined) throw new Error(`${stderr.toString()}\n${error?.message ?? 'no output'}`);
  return binary;
}

/** The names of the kernels by their number of arguments, as TypeScript. */
function describe(/** @type {Uint8Array} */ binary) {
  const { Instance, Memory, Module } = /** @type {Record<string, any>} */ (globalThis).WebAssembly;
  const { exports } = new Instance(new Module(binary), { env: { memory: new Memory({ initial: 16 }) } });
  /** @type {Map<number, string[]>} */
  const byArity = new Map();
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === 'function') byArity.set(value.length, [...(byArity.get(value.length) ?? []), name]);
  }
  const groups = [...byArity].sort(([a], [b]) => a - b);
  const types = groups.map(([arity, names]) => {
    const parameters = Array.from({ length: arity }, (_, i) => `${'abcdefghijkl'[i]}: number`).join(', ');
    return `  Record<\n    ${names
      .sort()
      .map((name) => `| '${name}'`)
      .join('\n    ')},\n    (${parameters}) => number\n  >`;
  });
  return `// Made by assembly/build.mjs.

/** SHA-256 of the sources that the binaries were made of. */
export const sourceHash = '${sourceHash()}';

/** The functions of the module, by their number of arguments. */
export type Kernels = Readonly<
${types.join(' &\n')}
>;
`;
}

function inlined(/** @type {Uint8Array} */ binary) {
  return `// Made by assembly/build.mjs.\nexport const base64 =\n  '${Buffer.from(binary).toString('base64')}';\n`;
}

async function run() {
  const check = process.argv.includes('--check');
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  /** @type {Record<string, string>} */
  const files = {};
  for (const [name, features] of Object.entries(builds)) {
    const binary = await compile(features);
    files[`${name}.ts`] = inlined(binary);
    if (name === 'simd') files['kernels.ts'] = describe(binary);
    writeFileSync(join(dist, `${name}.wasm`), binary);
    process.stdout.write(`${name}: ${binary.length} bytes\n`);
  }
  const target = join(root, 'src/generated');
  if (!check) mkdirSync(target, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(target, name);
    if (!check) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8').replaceAll('\r\n', '\n') !== text) {
      throw new Error(`src/generated/${name} does not match its sources in assembly/: run \`pnpm generate\``);
    }
  }
}

if (process.argv[1] === import.meta.filename) await run();
