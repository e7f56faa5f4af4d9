import { expect, test } from 'vitest';
import { trainingBatches } from './batches.ts';
import { readText, unigramEntropy } from './text.ts';

test('Moby Dick is split 90, 5 and 5 by position', async () => {
  const { identity, vocabulary, parts } = await readText();
  expect(identity.name).toBe('Moby Dick');
  expect(identity.characters).toBe(1_190_317);
  expect(vocabulary.size).toBe(83);
  expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([1_071_285, 59_516, 59_516]);
  expect(unigramEntropy(vocabulary)).toBeCloseTo(4.47, 2);
  expect(trainingBatches({ identity, vocabulary, parts }, { batch: 32, time: 32 }).batchesPerEpoch).toBe(1047);
});
