import { fileURLToPath } from 'node:url';
import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { expect, it } from 'vitest';
import { loadDigits } from './mnist.ts';
import { definition } from './model.ts';
import { readAll } from './read.ts';
import { samplesOf, splitSeed } from './samples.ts';
import { scoreOf } from './score.ts';

async function measure(name: string) {
  using device = new Device(await createWasmBackend());
  const path = fileURLToPath(new URL(`../model/${name}`, import.meta.url));
  const { model, config } = await loadModel(path, definition, device);
  const samples = samplesOf(config.task, await loadDigits(splitSeed), 'test');
  const score = scoreOf(await readAll(model, samples), samples);
  model.dispose();
  expect(device.live).toBe(0);
  return score;
}

// As in the README.
it('the saved LSTM reads 98.2 % of the test digits', async () => {
  expect((await measure('digits')).right).toBeCloseTo(0.982, 2);
});

it('the saved BiLSTM reads strings with 2 % of the characters wrong', async () => {
  const { errors, greedyErrors } = await measure('strings');
  expect(errors).toBeCloseTo(0.0196, 2);
  expect(greedyErrors).toBeCloseTo(0.02, 2);
});
