import { expect, test } from 'vitest';
import { meaningOf, partOfSpeech } from './tags.ts';

test('a part of speech is a tag without its place, the second half of a contraction and the not in it', () => {
  const tags = [
    'nn',
    'np-tl-hl',
    'fw-in',
    'pps+bez-hl',
    'dod*',
    '*',
    '*-hl',
    '--',
    '---hl',
    'pp$-tl',
    '.-hl',
    'fw-at+np-tl',
    'in+at-t',
  ];
  const parts = ['nn', 'np', 'in', 'pps', 'dod', '*', '*', '--', '--', 'pp$', '.', 'at', 'in'];
  expect(tags.map(partOfSpeech)).toEqual(parts);
});

test('meanings are known of the tags of the corpus, and of those with $', () => {
  expect(meaningOf('pp$')).toBe('possessive determiner (my, our)');
  expect(meaningOf('np$')).toBe('proper noun, singular, possessive');
  expect(meaningOf('NOUN')).toBe('');
});
