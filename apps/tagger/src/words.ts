import { quote } from '@sluice/core';
import { AppError } from './errors.ts';

/** Words of a sentence at most: those beyond need more memory than they are worth. */
export const mostWords = 2000;

/**
 * A sentence as words in the manner of the Brown corpus: punctuation stands alone, quotation marks are `` and '', while "didn't" and "Tom's" stay
 * whole, and so do numbers and abbreviations, but for the full stop that ends the sentence.
 * @throws AppError when there is no word, or there are too many
 */
export function wordsOf(sentence: string): string[] {
  const words = sentence
    .replaceAll('’', "'")
    .replaceAll(/“|(?<![^\s(])"(?=\S)/g, ' `` ')
    .replaceAll(/”|"/g, " '' ")
    .replaceAll(/--+|[—–]/g, ' -- ')
    .replaceAll(/[()[\]{}!?;…]|\.\.\.|[,:](?!\d)/g, ' $& ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const end = words.findLastIndex((word) => word !== "''" && word !== ')');
  const [, word, stop] = words[end]?.match(/^(.*[^.])(\.)$/) ?? [];
  if (stop !== undefined && !/^(\w\.)+\w$/.test(word!)) words.splice(end, 1, word!, stop);
  if (words.length === 0) throw new AppError(`${quote(sentence)}: holds no word`);
  if (words.length > mostWords) {
    throw new AppError(`The sentence has ${words.length} words; expected at most ${mostWords}: give it in parts`);
  }
  return words;
}
