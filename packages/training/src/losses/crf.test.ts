import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { CRF } from '@sluice/layers';
import { expect, it } from 'vitest';
import { crfLoss } from '../index.ts';
import { expectClose } from '../testing/torch-losses.ts';

const device = new Device(createJsBackend(), { dtype: 'float64', seed: 8 });
const crf = new CRF(device, { tags: 3 });
const emissions = device.tensor(device.random.normal(4 * 2 * 3), { shape: [4, 2, 3] });
const tags = device.tensor(Int32Array.of(0, 1, 2, 2, 1, 0, 1, 1), { shape: [4, 2] });

it('is the negative log-likelihood of each row, reduced', async () => {
  const lengths = [4, 2];
  const [first, second] = await crf.call(emissions, tags, { lengths }).data();
  expect(first).toBeLessThan(0);
  expectClose(await crfLoss(crf, emissions, tags, { lengths, reduction: 'none' }).data(), [-first!, -second!]);
  expectClose([await crfLoss(crf, emissions, tags, { lengths, reduction: 'sum' }).item()], [-first! - second!]);
  expectClose([await crfLoss(crf, emissions, tags, { lengths }).item()], [-(first! + second!) / 2]);
  const weights = device.tensor([3, 1]);
  expectClose([await crfLoss(crf, emissions, tags, { lengths, weights }).item()], [-(3 * first! + second!) / 4]);
});

it('says what is wrong', () => {
  expect(() => crfLoss(crf, emissions, tags, { weights: device.ones([3]) })).toThrow(
    'crfLoss: weights has shape [3], expected [2], as the losses, or its leading axes',
  );
});
