import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { expect, test } from 'vitest';
import { loadCorpus } from './corpus.ts';
import { noTag, sentenceBatches, vocabulariesOf, wordCount } from './examples.ts';
import { definition } from './model.ts';
import { tagSentences } from './tagging.ts';

const sentences = [
  { words: ['The', 'dog', 'barks'], tags: ['at', 'nn', 'vbz'] },
  { words: ['the', 'uncharacteristically', 'big', 'dog', 'dog'], tags: ['at', 'ql', 'jj', 'nn', 'nn'] },
];
const vocabularies = vocabulariesOf(sentences, [{ words: ['oh'], tags: ['uh'] }], 100);

test('a batch spells each of its words once, long ones by their beginning and end', async () => {
  expect(vocabularies.words.tokens).toEqual(['<unknown>', 'dog', 'the']);
  expect(vocabularies.tags.has('uh')).toBe(true);
  const unseen = { words: ['dog'], tags: ['xx'] };
  const source = sentenceBatches([...sentences, unseen], vocabularies, { batchSize: 3 });
  const batches = [];
  for await (const batch of source.epoch(0)) batches.push(batch);
  const { indices, words, spellings, letters, lengths, tags } = batches[0]!;
  expect(wordCount(batches[0]!)).toBe(9);
  expect([Array.from(indices), [...lengths]]).toEqual([
    [2, 0, 1],
    [1, 3, 5],
  ]);
  expect(words.shape).toEqual([5, 3]);
  expect([...words.data].slice(0, 6)).toEqual([1, 2, 2, 0, 1, 0]);
  expect([...tags.data].slice(0, 3)).toEqual([noTag, vocabularies.tags.id('at'), vocabularies.tags.id('at')]);
  const placeOf = (t: number, row: number) => Number(spellings.data[3 * t + row]);
  expect(placeOf(0, 0)).toBe(placeOf(1, 1));
  expect(placeOf(0, 1)).not.toBe(placeOf(0, 2));
  const counts = letters.flatMap((group) => [...group.lengths]);
  expect(counts).toHaveLength(6);
  expect(counts[placeOf(1, 2)]).toBe(14);
  expect(counts[placeOf(0, 1)]).toBe(3);
});

test('of the words and of the letters of the Brown corpus less than a tenth is padding', async () => {
  const { train, validation } = await loadCorpus();
  const some = train.filter((_, i) => i % 10 === 0);
  const source = sentenceBatches(some, vocabulariesOf(some, validation, 4000), { batchSize: 32, seed: 1 });
  expect(source.paddingShare(0)).toBeLessThan(0.1);
  let [all, read] = [0, 0];
  for await (const { letters } of source.epoch(0)) {
    for (const { values, lengths } of letters) {
      all += values.data.length;
      read += lengths.reduce((sum, length) => sum + length, 0);
    }
  }
  expect(1 - read / all).toBeLessThan(0.1);
}, 120_000);

test('what a sentence is tagged does not depend on its neighbours in a batch', async () => {
  const device = new Device(createJsBackend(), { seed: 1 });
  for (const crf of [false, true]) {
    const config = { word: 4, letter: 3, letterHidden: 2, hidden: 4, dropout: 0.5, crf, every: 1 };
    const model = definition.build(device, config, vocabularies);
    const live = device.live;
    const together = await tagSentences(model, vocabularies, sentences);
    expect(together.map(({ length }) => length)).toEqual([3, 5]);
    for (const [i, sentence] of sentences.entries()) {
      expect(await tagSentences(model, vocabularies, [sentence])).toEqual([together[i]]);
    }
    expect(device.live).toEqual(live);
    model.dispose();
  }
});
