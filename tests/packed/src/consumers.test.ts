import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPackage, publishedPackages, withDependencies } from '../../../tooling/setup/pack.mjs';
import { link, run, runNpm } from './copy.ts';

const parent = mkdtempSync(join(tmpdir(), 'sluice-consumers-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const published = publishedPackages();
const tarballs = new Map<string, string>();

/** Every entry that has types; `./vitest` needs vitest, which is not installed here. */
const entries = [...published].flatMap(([name, { manifest }]) =>
  Object.keys(manifest.exports ?? {})
    .filter((entry) => !entry.endsWith('.wasm') && entry !== './vitest')
    .map((entry) => name + entry.slice(1)),
);

beforeAll(async () => {
  for (const [name, { folder }] of published) tarballs.set(name, await packPackage(folder, join(parent, 'packed')));
}, 120_000);

/** A project with these packages and what they depend on, as npm installs them. */
async function install(folder: string, names: readonly string[]): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const given = withDependencies(names).map((name) => tarballs.get(name)!);
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];
  const { exitCode, output } = await runNpm(['install', ...flags, ...given], folder);
  expect(exitCode, output).toBe(0);
}

describe.each([...published.keys()])('%s alone, with what it depends on', (name) => {
  it('is installed by npm, and loads', async () => {
    const folder = join(parent, name.replace('/', '-'));
    await install(folder, [name]);
    const own = entries.filter((entry) => entry === name || entry.startsWith(`${name}/`));
    const loads = own.map((entry) => `console.log(Object.keys(await import('${entry}')).length > 0);`).join('\n');
    const { exitCode, output } = await run(['--input-type=module', '--eval', loads], folder);
    expect(exitCode, output).toBe(0);
    expect(output.trim().split('\n')).toEqual(own.map(() => 'true'));
  }, 120_000);
});

it('the backend for gpu.js installs without it, and says that it is missing', async () => {
  const folder = join(parent, 'no-gpu');
  await install(folder, ['@sluice/backend-gpujs']);
  expect(existsSync(join(folder, 'node_modules/gpu.js'))).toBe(false);
  const program = "import { createGpujsBackend } from '@sluice/backend-gpujs'; await createGpujsBackend();";
  const { output } = await run(['--input-type=module', '--eval', program], folder);
  expect(output).toContain(
    'createGpujsBackend: the package gpu.js could not be loaded; install it: npm install gpu.js',
  );
}, 120_000);

/** What strict users set; `skipLibCheck: false` reads every line of our declarations. */
const strict = {
  noEmit: true,
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: 'es2022',
  types: [] as string[],
};

const bundler = { module: 'esnext', moduleResolution: 'bundler' };
const setups: Record<string, { readonly options: object; readonly file: string }> = {
  'bundler, default libraries': { options: bundler, file: 'all.ts' },
  'bundler, no DOM and no Node': { options: { ...bundler, lib: ['es2022'] }, file: 'all.ts' },
  'bundler, libraries of 2020': { options: { ...bundler, target: 'es2020' }, file: 'all.ts' },
  'bundler, the types of Node': { options: { ...bundler, lib: ['es2023'], types: ['node'] }, file: 'all.ts' },
  'bundler, the newest libraries': {
    options: { ...bundler, target: 'esnext', lib: ['esnext', 'dom'] },
    file: 'all.ts',
  },
  node16: { options: { module: 'node16' }, file: 'all.ts' },
  nodenext: { options: { module: 'nodenext' }, file: 'all.ts' },
  'CommonJS, nodenext: require': { options: { module: 'nodenext' }, file: 'require.cts' },
  'CommonJS, node16: import()': { options: { module: 'node16' }, file: 'import.cts' },
  'code as in the README': { options: { ...bundler, lib: ['es2022', 'dom'] }, file: 'use.ts' },
};

/** What strict users write: options that are undefined, tensors disposed of by `using`. */
const use = `import { concat, multiply } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, type DeviceOptions } from '@sluice/core';
import { LSTM, type LSTMOptions } from '@sluice/layers';
import { Adam, fit, type FitOptions } from '@sluice/training';

function make(seed: number | undefined, batchFirst: boolean | undefined) {
  const options: DeviceOptions = { seed };
  const device = new Device(createJsBackend(), options);
  const layer: LSTMOptions = { inputSize: 2, hiddenSize: 3, batchFirst, dropout: undefined };
  return { device, lstm: new LSTM(device, layer) };
}
const { device, lstm } = make(undefined, undefined);
const x = device.tensor([[[1, 2]]]);
console.log(multiply(concat([x, x]), 2).shape, lstm.call(x, { state: undefined, lengths: undefined }).output.shape);
new Adam(lstm.parameters(), { learningRate: undefined });
export const signal: FitOptions<number>['signal'] = new AbortController().signal;
export { fit };
`;

describe('types of the packed packages', () => {
  const folder = join(parent, 'types');
  beforeAll(async () => {
    await install(folder, [...published.keys()]);
    const each = (line: (entry: string, i: number) => string) => entries.map(line).join('\n');
    const names = `[${entries.map((_, i) => `e${i}`).join(', ')}]`;
    const files = {
      'all.ts': `${each((entry, i) => `import * as e${i} from '${entry}';`)}\nexport const all = ${names};\n`,
      'require.cts': `${each((entry, i) => `import e${i} = require('${entry}');`)}\nexport const all = ${names};\n`,
      'import.cts': `export const all = () => Promise.all([${each((entry) => `import('${entry}'),`)}]);\n`,
      'use.ts': use,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    for (const name of ['@types/node', 'typescript']) link(name, folder);
  }, 240_000);

  it.each(Object.entries(setups))(
    'compile: %s',
    async (name, { options, file }) => {
      const config = `tsconfig.${name.replaceAll(/\W+/g, '-')}.json`;
      writeFileSync(
        join(folder, config),
        JSON.stringify({ compilerOptions: { ...strict, ...options }, files: [file] }),
      );
      const { exitCode, output } = await run(
        ['node_modules/typescript/bin/tsc', '-p', config, '--pretty', 'false'],
        folder,
      );
      expect(output.trim()).toBe('');
      expect(exitCode).toBe(0);
    },
    120_000,
  );

  it('and CommonJS programs get every entry from require', async () => {
    const program = entries.map((entry) => `console.log(Object.keys(require('${entry}')).length > 0);`).join('\n');
    writeFileSync(join(folder, 'require.cjs'), program);
    const { exitCode, output } = await run(['--no-warnings', 'require.cjs'], folder);
    expect(exitCode, output).toBe(0);
    expect(output.trim().split('\n')).toEqual(entries.map(() => 'true'));
  }, 60_000);
});
