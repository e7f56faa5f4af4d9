import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { expect, test } from 'vitest';
import { residueVocabulary } from './alphabet.ts';
import { mergedProbabilities } from './loss.ts';
import { definition, type ModelConfig, StructureModel } from './model.ts';
import { predict } from './predict.ts';

const config: ModelConfig = {
  networks: 2,
  window: 3,
  embedding: 4,
  hidden: 5,
  layers: 2,
  inputDropout: 0.5,
  dropout: 0.5,
};

test('the probability of a class is the sum of those of its states', async () => {
  using device = new Device(createJsBackend());
  const probabilities = [0.1, 0.2, 0.05, 0.15, 0.1, 0.2, 0.15, 0.05];
  const logits = device.tensor(probabilities.map(Math.log), { shape: [1, 8] });
  const three = await mergedProbabilities(logits).data();
  expect(Array.from(three, (p) => p.toFixed(4))).toEqual(['0.3500', '0.2500', '0.4000']);
});

test('a chain is predicted the same alone, among others and in any order, and nothing stays on the device', async () => {
  using device = new Device(createJsBackend(), { seed: 3 });
  using model = new StructureModel(device, residueVocabulary.size, config);
  const chains = ['MKVLAAGIVGLCAK', 'A', 'AYDKAGTYGPASGTETIDGNVKVXB', 'GG'].map((residues) => ({ residues }));
  const { live } = device;
  const together = await predict(model, residueVocabulary, config.window, chains);
  expect(together.map(({ states }) => states.length)).toEqual([14, 1, 25, 2]);
  expect(together.every(({ merged, confidence }) => /^[HEC]+$/.test(merged) && /^[3-9]+$/.test(confidence))).toBe(true);
  for (const [i, chain] of chains.entries()) {
    const [alone] = await predict(model, residueVocabulary, config.window, [chain]);
    expect(alone).toEqual(together[i]);
  }
  expect(device.live).toBe(live);
});

test.each([
  [{ ...config, window: 4 }, 'window'],
  [{ ...config, hidden: 0 }, 'hidden'],
  [{ ...config, dropout: 1 }, 'dropout'],
])('a configuration %j is refused', async (wrong, field) => {
  const { issues } = await definition.config['~standard'].validate(wrong);
  expect(issues?.[0]?.path).toMatchObject([{ key: field }]);
});
