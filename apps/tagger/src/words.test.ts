import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

test.each([
  ['The dog barks.', 'The dog barks .'],
  ['"Tom\'s dog," he said, "didn\'t bark!"', "`` Tom's dog , '' he said , `` didn't bark ! ''"],
  ['It cost 1,250.50 at 3:30 in the U.S.', 'It cost 1,250.50 at 3:30 in the U.S.'],
  ['He asked Mr. Smith (again).', 'He asked Mr. Smith ( again ) .'],
  ['“Well” — he left…', "`` Well '' -- he left …"],
  ['She said "no."', "She said `` no . ''"],
])('%s', (sentence, words) => {
  expect(wordsOf(sentence).join(' ')).toBe(words);
});

test('nothing to tag, and too much', () => {
  expect(() => wordsOf('  ')).toThrow('"  ": holds no word');
  expect(() => wordsOf('word '.repeat(2001))).toThrow('The sentence has 2001 words; expected at most 2000');
});
