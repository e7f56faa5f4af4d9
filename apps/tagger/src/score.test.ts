import { expect, test } from 'vitest';
import { figuresOf, scoreTags } from './score.ts';

const sentences = [
  { words: ['the', 'dog', 'barks'], tags: ['at', 'nn', 'vbz'] },
  { words: ['whales', 'bark'], tags: ['nns', 'vb'] },
];

test('scores count words, unknown words and sentences, and tags that the model has not', () => {
  const score = scoreTags(
    [
      ['at', 'nn', 'nns'],
      ['nns', 'vb'],
    ],
    sentences,
    new Set(['the', 'dog']),
  );
  expect(score).toMatchObject({ words: 4 / 5, unknown: 2 / 3, unknownShare: 3 / 5, sentences: 1 / 2 });
  expect(score.matrix.count(score.matrix.labels.indexOf('vbz'), score.matrix.labels.indexOf('nns'))).toBe(1);
  const known = scoreTags(
    [
      ['at', 'nn', 'odd'],
      ['nns', 'vb'],
    ],
    sentences,
    new Set(sentences.flatMap(({ words }) => words)),
  );
  expect(figuresOf(score, known)).toEqual([
    { name: 'words', value: '80.00 %', baselines: { 'most frequent tag': '80.00 %' } },
    { name: 'unknown words (60.00 % of all)', value: '66.67 %', baselines: { 'most frequent tag': 'none' } },
    { name: 'sentences without an error', value: '50.00 %', baselines: { 'most frequent tag': '50.00 %' } },
  ]);
});
