import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@sluice/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModel, saveModel } from './node.ts';
import { createDevice, createParts, definition } from './testing/support.ts';

const child = fileURLToPath(new URL('./testing/child.ts', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-model-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Lets the child save at least twice, kills it at a moment of no meaning, and returns the last save that it told of. */
async function killAfter(folder: string, milliseconds: number): Promise<number> {
  const saving = spawn(
    process.execPath,
    ['--conditions=@sluice/source', `--import=${import.meta.resolve('tsx')}`, child, folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  const savedTwice = new Promise<void>((resolve) => {
    saving.stdout.on('data', (piece) => {
      text += String(piece);
      if (text.split('\n').length > 2) resolve();
    });
  });
  const ended = once(saving, 'exit');
  await Promise.race([savedTwice, ended]);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  saving.kill('SIGKILL');
  await ended;
  return text.split('\n').length - 1;
}

const rounds = 30;

it('loads after a kill at any moment, and the next save cleans up', { timeout: 240_000 }, async ({ annotate }) => {
  const random = new Random(5);
  const device = createDevice();
  for (let round = 0; round < rounds; round++) {
    const folder = join(root, String(round));
    const saved = await killAfter(folder, 40 * random.next());
    const { model, config, preprocessing } = await loadModel(folder, definition, device);
    const seed = preprocessing.scale.factor;
    expect(seed).toBeGreaterThanOrEqual(saved);
    expect(config.hidden).toBe(1 + (seed % 5));
    expect(await model.stateDict()).toEqual(await createParts(seed, 1 + (seed % 5)).model.stateDict());
    await saveModel(folder, definition, createParts(9));
    expect((await readdir(folder)).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'preprocessing.json',
    ]);
  }
  await annotate(`${rounds} kills during saves of a model: each folder loads, whole`, 'figure');
});
