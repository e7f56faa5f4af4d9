import { join } from 'node:path';
import { loadCheckpoint, saveCheckpoint } from '@sluice/training/node';
import { expect, test } from 'vitest';
import { makeFolder, run } from './testing/support.ts';

const folder = makeFolder();
const sizes = ['--text', 'text.txt', '--hidden', '8', '--embedding', '4', '--batch', '4', '--time', '8'];
const isGlThere = process.env.SLUICE_HEADLESS_GL !== undefined || process.env.CI !== undefined;
const withoutGl = { NODE_PATH: '', DISPLAY: '' };

test('any number of threads writes the same', async () => {
  await run([...sizes, '--steps', '2', '--out', 'threads'], folder);
  const sample = ['sample', '--model', 'threads', '--length', '40', '--threads'];
  const [one, three] = await Promise.all([run([...sample, '1'], folder), run([...sample, '3'], folder)]);
  expect(one.stderr).toMatch(/^Computing on wasm \(.*simd, 1 thread\)\.\n$/);
  expect(three.stderr).toMatch(/^Computing on wasm \(.*simd, 3 threads\)\.\n$/);
  expect(one.stdout.length).toBe(41);
  expect(three.stdout).toBe(one.stdout);
});

test('--full has sizes of its own, which options change', async () => {
  const args = ['--full', '--text', 'text.txt', '--hidden', '8', '--steps', '1', '--out', 'full'];
  const { exitCode, stderr } = await run(args, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const { config } = await loadCheckpoint(join(folder, 'full'));
  expect(config).toMatchObject({
    settings: {
      ...{ hidden: 8, layers: 2, embedding: 64, dropout: 0.2 },
      ...{ batch: 32, time: 64, learningRate: 0.003, steps: 1 },
    },
  });
});

test.skipIf(!isGlThere)(
  'gpujs trains on headless GL, shows how far it is, and evaluates to what wasm does',
  async () => {
    const trained = await run([...sizes, '--steps', '3', '--backend', 'gpujs', '--out', 'gpu'], folder);
    expect(trained.stderr).toBe('');
    expect(trained.exitCode).toBe(0);
    expect(trained.stdout).toMatch(/^Computing on gpujs \(headlessgl, .+\)\.$/m);
    expect(trained.stdout).toMatch(/^epoch 1\/1 {2}step 3\/3 {2}0:00 left /m);
    const [, figure] = /validation ([\d.]+) bits/.exec(trained.stdout) ?? [];
    const { stdout } = await run(['evaluate', '--model', 'gpu', '--backend', 'wasm'], folder);
    expect(Number(/validation ([\d.]+) bits/.exec(stdout)?.[1])).toBeCloseTo(Number(figure), 2);
  },
  120_000,
);

test('without headless GL, gpujs says in one line what it needs', async () => {
  const args = [...sizes, '--steps', '3', '--backend', 'gpujs', '--out', 'none'];
  const { exitCode, stdout, stderr } = await run(args, folder, withoutGl);
  expect(stderr).toMatch(/^Error: createGpujsBackend: no GPU here \(headlessgl: .*\n$/);
  expect(stderr).toContain('it needs the package gl beside gpu.js');
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
});

test('a training goes on elsewhere where its backend does not run, and says so', async () => {
  const args = [...sizes, '--steps', '2', '--backend', 'js', '--out', 'elsewhere'];
  await run(args, folder);
  const path = join(folder, 'elsewhere');
  const state = await loadCheckpoint(path);
  const backend = { name: 'gpujs', build: 'headlessgl, a GPU' };
  await saveCheckpoint(path, { ...state, config: { ...(state.config as object), backend } });
  const resume = ['train', '--resume', '--out', 'elsewhere', '--steps', '3'];
  const { exitCode, stdout, stderr } = await run(resume, folder, withoutGl);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('It was trained on gpujs (headlessgl, a GPU): the result will not be the same');
});
