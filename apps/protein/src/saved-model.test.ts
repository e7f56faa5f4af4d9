import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { expect, test } from 'vitest';
import { ownData, readChains } from './chains.ts';
import { evaluate } from './evaluation.ts';
import { smallFolder } from './folder.ts';
import { definition } from './model.ts';

test('the small model that comes with the app reaches what its card says', async () => {
  const { test } = await readChains(ownData);
  using device = new Device(await createWasmBackend());
  const { model, config, preprocessing } = await loadModel(smallFolder, definition, device);
  using _ = model;
  const { three, eight } = await evaluate(model, preprocessing.residues, config.window, test);
  expect(three.total).toBe(55_167);
  expect(100 * three.accuracy).toBeCloseTo(68.53, 1);
  expect(100 * eight.accuracy).toBeCloseTo(56.26, 1);
});
