import { OptionError } from '@sluice/core';
import { checkLength, countOf } from './values.ts';

/**
 * The least number of insertions, deletions and substitutions that turn one sequence into the other (Levenshtein 1966), by dynamic programming
 * (Wagner and Fischer 1974). Time: the product of the lengths; memory: the length of the second.
 * @param a, b elements are compared with `===`; a string is a sequence of UTF-16 units, so spread texts that may hold others: `[...text]`
 */
export function editDistance(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  // Distances of the first i elements of a from every beginning of b.
  const row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i + 1;
    for (let j = 0; j < b.length; j++) {
      const substituted = diagonal + (a[i] === b[j] ? 0 : 1);
      diagonal = row[j + 1]!;
      row[j + 1] = Math.min(substituted, diagonal + 1, row[j]! + 1);
    }
  }
  return row[b.length]!;
}

/**
 * The share of elements that are wrong, over all pairs together: the sum of edit distances by the number of elements in the references. May be above
 * 1.
 * @param hypotheses what was recognized, one sequence for each reference
 * @throws ShapeError for unequal numbers of sequences; OptionError when the references hold no element
 * @example
 * console.log(tokenErrorRate([[3, 1, 4]], [[3, 4, 4]]));
 */
export function tokenErrorRate(
  hypotheses: readonly ArrayLike<unknown>[],
  references: readonly ArrayLike<unknown>[],
): number {
  return errorRate('tokenErrorRate', hypotheses, references, (sequence) => sequence);
}

/** `tokenErrorRate` (CER) over the characters of texts, which are Unicode code points. @throws what `tokenErrorRate` does */
export function characterErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return errorRate('characterErrorRate', hypotheses, references, (text) => [...text]);
}

/** `tokenErrorRate` (WER) over the words of texts, which are what stands between white space. @throws what `tokenErrorRate` does */
export function wordErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return errorRate('wordErrorRate', hypotheses, references, (text) => text.match(/\S+/g) ?? []);
}

function errorRate<T>(
  operation: string,
  hypotheses: readonly T[],
  references: readonly T[],
  split: (text: T) => ArrayLike<unknown>,
): number {
  checkLength(operation, 'hypotheses', hypotheses, countOf(operation, 'references', references), 'as references');
  let edits = 0;
  let elements = 0;
  for (const [i, reference] of references.entries()) {
    const expected = split(reference);
    edits += editDistance(split(hypotheses[i]!), expected);
    elements += expected.length;
  }
  if (elements === 0) throw new OptionError(`${operation}: references are empty, expected at least one element`);
  return edits / elements;
}
