import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { loadModel } from '@sluice/model';
import { expect, inject, it } from 'vitest';
import { definition } from '../../../../apps/protein/src/model.ts';
import { predict } from '../../../../apps/protein/src/predict.ts';
import { chains, modelFolder } from '../protein.ts';

it('the folder of an app loads in a page from its address, and predicts what it predicts in Node', async () => {
  using device = new Device(createJsBackend());
  const { model, config, preprocessing } = await loadModel(modelFolder.href, definition, device);
  const predictions = await predict(model, preprocessing.residues, config.window, chains);
  expect(predictions).toEqual(inject('predictionsInNode'));
  expect(predictions[0]!.states).toHaveLength(chains[0]!.residues.length);
});
