#!/usr/bin/env node
// Compiles the kernels, once with plain and once with relaxed SIMD: into dist, for those who serve the binaries as files, and inlined in
// TypeScript into src/generated, which --check only compares. --names builds nothing: it prints, as JSON, how the functions of each build are called.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const root = join(folder, '..');

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

/**
 * @param {string[]} features
 * @param {string[]} more options
 */
async function compile(features, more = []) {
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
    // A shared memory must have a limit.
    '--maximumMemory',
    '65536',
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
      ...more,
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

/**
 * The functions of a build that was made with --debug, by their numbers, e.g. `mat-mul-tile/multiplyTile<f32>`: that changes no code, it only adds
 * names.
 */
function namesOf(/** @type {Uint8Array} */ binary) {
  let at = 0;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = /** @type {number} */ (binary[at++]);
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = number();
    at += length;
    return Buffer.from(binary.subarray(at - length, at)).toString();
  };
  // Not through WebAssembly.Module: the engine may not know the instructions.
  const skipTo = (/** @type {number} */ wanted) => {
    for (;;) {
      const kind = binary[at++];
      const length = number();
      if (kind === wanted) return;
      at += length;
    }
  };
  at = 8;
  // Custom sections are 0, and that of the names is the only one; within it, functions are 1.
  skipTo(0);
  if (text() !== 'name') throw new Error('the first custom section is not that of the names');
  skipTo(1);
  /** @type {Record<number, string>} */
  const names = {};
  for (let left = number(); left > 0; left--) names[number()] = text();
  return names;
}

/** The names of the kernels by their number of arguments, as TypeScript. */
function describe(/** @type {Uint8Array} */ binary) {
  const { Instance, Memory, Module } = /** @type {Record<string, any>} */ (globalThis).WebAssembly;
  const { exports } = new Instance(new Module(binary), {
    env: { memory: new Memory({ initial: 16, maximum: 65_536 }) },
  });
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

/**
 * What makes `target` out of `base`: stretches of it, each followed by bytes of the target's own. Each begins so far behind the end of the last one, which
 * is mostly a few bytes.
 * @param {Uint8Array} base
 * @param {Uint8Array} target
 */
function difference(base, target) {
  const shortest = 8;
  const far = 200;
  const key = (/** @type {Uint8Array} */ bytes, /** @type {number} */ at) => bytes.subarray(at, at + shortest).join();
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (let at = 0; at + shortest <= base.length; at++) {
    const found = places.get(key(base, at));
    if (found) found.push(at);
    else places.set(key(base, at), [at]);
  }
  /** @type {[number, number, number[]][]} */
  const pieces = [[0, 0, []]];
  let end = 0;
  for (let at = 0; at < target.length; ) {
    let best = { start: 0, length: 0, worth: 0 };
    for (const start of places.get(key(target, at)) ?? []) {
      let length = 0;
      while (at + length < target.length && base[start + length] === target[at + length]) length++;
      const distance = Math.abs(start - end);
      const worth = length - (distance > far ? shortest : distance / far);
      if (worth > best.worth) best = { start, length, worth };
    }
    if (best.length > 0) {
      pieces.push([best.start - end, best.length, []]);
      end = best.start + best.length;
      at += best.length;
    } else pieces.at(-1)?.[2].push(/** @type {number} */ (target[at++]));
  }
  return pieces.map(([skip, length, own]) => [skip, length, spell(own)]);
}

/** Those of ASCII that need no escape in a string, however it is quoted. */
const letters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((letter) => !'"$\'\\`'.includes(letter))
  .join('');

/** One letter a byte, or two; the last two letters only begin a pair. */
function spell(/** @type {Iterable<number>} */ bytes) {
  const single = letters.length - 2;
  return Array.from(bytes, (byte) => {
    const place = (byte + 3) % 256;
    const page = Math.floor(place / single);
    return (page > 0 ? letters.charAt(single - 1 + page) : '') + letters.charAt(place % single);
  }).join('');
}

/**
 * @param {Uint8Array} simd
 * @param {Uint8Array} relaxed
 */
function inlined(simd, relaxed) {
  return `// Made by assembly/build.mjs.

/** The digits of bytes: the one at place p is byte p - 3, and after one of the last two, which are s and s + 1, byte p - 3 + s or p - 3 + 2 s. */
export const letters = '${letters}';

/** The build with plain SIMD. Neither base64 nor hexadecimal: whole bytes are what gzip finds again, and the farther back, the fewer letters they take. */
export const simd =
  '${spell(simd)}';

/** The build with relaxed SIMD: how far behind the last one a piece of the other begins, its length, and the bytes that follow it. */
export const relaxedSimd: readonly (readonly [number, number, string])[] = [
${difference(simd, relaxed)
  .map((piece) => `  ${JSON.stringify(piece)},`)
  .join('\n')}
];
`;
}

const builds = { simd: ['simd'], 'relaxed-simd': ['simd', 'relaxed-simd'] };

async function printNames() {
  const named = await Promise.all(
    Object.entries(builds).map(async ([name, features]) => [name, namesOf(await compile(features, ['--debug']))]),
  );
  process.stdout.write(`${JSON.stringify(Object.fromEntries(named))}\n`);
}

async function run() {
  const check = process.argv.includes('--check');
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  const simd = await compile(builds.simd);
  const relaxed = await compile(builds['relaxed-simd']);
  for (const [name, binary] of Object.entries({ simd, 'relaxed-simd': relaxed })) {
    writeFileSync(join(dist, `${name}.wasm`), binary);
    process.stdout.write(`${name}: ${binary.length} bytes\n`);
  }
  const files = { 'binaries.ts': inlined(simd, relaxed), 'kernels.ts': describe(simd) };
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

if (process.argv[1] === import.meta.filename) await (process.argv.includes('--names') ? printNames() : run());
