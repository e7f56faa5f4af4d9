import { ShapeError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { characterErrorRate, editDistance, tokenErrorRate, wordErrorRate } from './index.ts';

describe('editDistance', () => {
  it.each<[a: string, b: string, distance: number]>([
    // The examples that Wagner and Fischer's algorithm is usually shown with.
    ['kitten', 'sitting', 3],
    ['saturday', 'sunday', 3],
    ['intention', 'execution', 5],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['', '', 0],
    ['same', 'same', 0],
  ])('of %j and %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance([...b], [...a])).toBe(distance);
  });

  it('is the least number of edits, as a search in all directions finds it', () => {
    const slow = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      const [restA, restB] = [a.slice(1), b.slice(1)];
      return Math.min(slow(restA, b) + 1, slow(a, restB) + 1, slow(restA, restB) + (a[0] === b[0] ? 0 : 1));
    };
    const texts = ['', 'a', 'ab', 'bab', 'abba', 'caaba', 'bbbcc'];
    for (const a of texts) for (const b of texts) expect(editDistance(a, b), `${a} ${b}`).toBe(slow(a, b));
  });
});

describe('error rates', () => {
  it('are over all references together, not a mean of rates', () => {
    expect(characterErrorRate(['ab', 'x'], ['abcdefghi', 'y'])).toBe(0.8);
    expect(wordErrorRate(['the  cat sat'], ['the cat sat on'])).toBe(0.25);
    expect(tokenErrorRate([Int32Array.of(1, 2, 3), []], [[1, 3], [7]])).toBe(2 / 3);
  });

  it('count code points, and go above 1', () => {
    expect(characterErrorRate(['👍'], ['👎'])).toBe(1);
    expect(characterErrorRate(['abc'], ['d'])).toBe(3);
  });

  it('refuse unequal numbers and empty references', () => {
    expect(() => wordErrorRate(['a'], ['a', 'b'])).toThrow(ShapeError);
    expect(() => wordErrorRate(['a'], ['a', 'b'])).toThrow(
      'wordErrorRate: hypotheses has 1 element, expected 2, as references',
    );
    expect(() => characterErrorRate(['a'], [''])).toThrow(
      'characterErrorRate: references are empty, expected at least one element',
    );
    expect(() => wordErrorRate([], [])).toThrow('wordErrorRate: references are empty');
  });
});
