import { FormatError, IndexError, OptionError } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Vocabulary } from './vocabulary.ts';

const anyText = fc.string({ unit: 'binary', minLength: 1 });

test('decode is the inverse of encode for every text, also after a trip through JSON', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const vocabulary = Vocabulary.fromText(text);
      const again = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
      expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
      expect(again.encode(text)).toEqual(vocabulary.encode(text));
      expect(again.counts).toEqual(vocabulary.counts);
    }),
  );
});

test('characters are code points: a pair of surrogates is one, a lone one is kept', () => {
  const text = 'a😀\ud83d😀b';
  const vocabulary = Vocabulary.fromText(text);
  expect(vocabulary.encode(text).length).toBe(5);
  expect(vocabulary.tokens).toEqual(['😀', 'a', 'b', '\ud83d']);
  expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
});

test('orders by falling count, then by character, whatever the order of the text', () => {
  expect(Vocabulary.fromText('cabbc').tokens).toEqual(['b', 'c', 'a']);
  fc.assert(
    fc.property(fc.array(anyText), (words) => {
      const reversed = Vocabulary.fromTokens([...words].reverse());
      expect(reversed.toJSON()).toEqual(Vocabulary.fromTokens(words).toJSON());
    }),
  );
});

test('puts reserved tokens first, drops rare ones, and counts them for the unknown token', () => {
  const words = ['to', 'be', 'or', 'not', 'to', 'be', '<pad>'];
  const vocabulary = Vocabulary.fromTokens(words, { minimumCount: 2, unknown: '<?>', reserved: ['<pad>'] });
  expect(vocabulary.tokens).toEqual(['<pad>', '<?>', 'be', 'to']);
  expect(vocabulary.counts).toEqual([1, 2, 2, 2]);
  expect([...vocabulary.encode(['be', 'or', 'else'])]).toEqual([2, 1, 1]);
  expect(vocabulary.decode([3, 2, 1], ' ')).toBe('to be <?>');
  expect(vocabulary.id('nothing')).toBe(1);
  expect(vocabulary.has('nothing')).toBe(false);
});

test('keeps the most frequent tokens up to a size', () => {
  const options = { maximumSize: 3, unknown: '<?>', reserved: ['<pad>'] };
  const vocabulary = Vocabulary.fromTokens(['a', 'b', 'b', 'c', 'c', 'c'], options);
  expect(vocabulary.tokens).toEqual(['<pad>', '<?>', 'c']);
  expect(vocabulary.counts).toEqual([0, 3, 3]);
  expect(Vocabulary.fromText('abc', { maximumSize: 5 }).size).toBe(3);
  expect(() => Vocabulary.fromText('a', { ...options, maximumSize: 1 })).toThrow(
    'Vocabulary: maximumSize is 1, expected a whole number of at least 2',
  );
});

test('names the character, its code point and its position in characters', () => {
  const vocabulary = Vocabulary.fromText('ab😀');
  expect(() => vocabulary.encode('a😀éb')).toThrow(
    new IndexError('encode: character "é" (U+00E9) at position 2 is not in the vocabulary of 3 tokens'),
  );
  expect(() => vocabulary.encode('\u0000')).toThrow('character "\\u0000" (U+0000) at position 0');
  expect(() => vocabulary.encode(['a', 'word'])).toThrow('token "word" at position 1');
  expect(() => vocabulary.id('z')).toThrow('id: token "z" (U+007A) is not in the vocabulary');
  expect(() => vocabulary.decode([0, 3])).toThrow('decode: ids[1] is 3, expected a whole number from 0 to 2');
  expect(() => vocabulary.decode([-1])).toThrow(IndexError);
  expect(() => vocabulary.decode([0.5])).toThrow(IndexError);
});

test('refuses options out of range', () => {
  expect(() => Vocabulary.fromText('a', { minimumCount: 0 })).toThrow('minimumCount is 0, expected a whole number');
  expect(() => Vocabulary.fromText('a', { reserved: ['x', 'x'] })).toThrow(OptionError);
});

test.each([
  [null, 'vocabulary is null, expected an object with tokens and counts'],
  [[], 'vocabulary is an array'],
  [{}, 'tokens is missing, expected an array of texts'],
  [{ tokens: ['a', 1], counts: [1, 1] }, 'tokens[1] is a number, expected a text'],
  [{ tokens: ['a', 'a'], counts: [1, 1] }, 'tokens[1] is "a" again, expected each token once'],
  [{ tokens: ['a'], counts: 'x' }, 'counts is a string, expected an array of numbers'],
  [{ tokens: ['a'], counts: [] }, 'counts has length 0, expected 1, one for each token'],
  [{ tokens: ['a'], counts: [-1] }, 'counts[0] is -1, expected a whole number of at least 0'],
  [{ tokens: ['a'], counts: [1], unknown: 'b' }, 'unknown is not a token, expected one of the tokens'],
])('refuses %j', (value, message) => {
  expect(() => Vocabulary.fromJSON(value, 'model.json')).toThrow(FormatError);
  expect(() => Vocabulary.fromJSON(value, 'model.json')).toThrow(`model.json: ${message}`);
});

test('tokens called like members of objects are tokens', () => {
  const vocabulary = Vocabulary.fromTokens(['__proto__', 'constructor', 'toString']);
  expect(vocabulary.decode(vocabulary.encode(['toString', '__proto__']), ' ')).toBe('toString __proto__');
  expect(() => vocabulary.encode(['valueOf'])).toThrow(IndexError);
});
