import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { fit } from '../index.ts';
import { loadCheckpoint } from '../node.ts';
import { bitsOf, collect } from '../testing/problems.ts';
import { setUp } from '../testing/runs.ts';

const child = fileURLToPath(new URL('../testing/child.ts', import.meta.url));

/** Trains in another process, and kills it some time after its first checkpoint. */
async function trainAndKill(path: string, milliseconds: number): Promise<void> {
  const training = spawn(process.execPath, ['--conditions', '@sluice/source', '--import', 'tsx', child, path]);
  const closed = once(training, 'close');
  let errors = '';
  training.stderr.on('data', (text) => {
    errors += text;
  });
  await Promise.race([once(training.stdout, 'data'), closed]);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  training.kill('SIGKILL');
  const [code, signal] = await closed;
  expect({ code, signal, errors }).toEqual({ code: null, signal: 'SIGKILL', errors: '' });
}

const rounds = 30;

it('goes on bit by bit after the process was killed', { timeout: 240_000 }, async ({ annotate }) => {
  const folder = await mkdtemp(join(tmpdir(), 'kill-'));
  try {
    for (let round = 0; round < rounds; round++) {
      const path = join(folder, `${round}.safetensors`);
      // Up to some 110 ms, each another place of a step or a save.
      await trainAndKill(path, (37 * round) % 113);
      const resume = await loadCheckpoint(path);
      const epochs = resume.epoch + 2;
      const [straight, resumed] = [setUp({ epochs }), setUp({ epochs, resume })];
      await collect(fit(straight.options));
      await collect(fit(resumed.options));
      expect(resumed.optimizer.steps).toBe(10 * epochs);
      expect(await bitsOf(resumed.model)).toEqual(await bitsOf(straight.model));
      expect(await resumed.optimizer.stateDict()).toEqual(await straight.optimizer.stateDict());
    }
    await annotate(`${rounds} kills during training: each goes on to the bits of one that was never killed`, 'figure');
  } finally {
    await rm(folder, { recursive: true });
  }
});
