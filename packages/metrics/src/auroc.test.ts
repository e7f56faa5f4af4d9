import { OptionError } from '@sluice/core';
import { expect, it } from 'vitest';
import { auroc } from './index.ts';
import { golden } from './testing/golden.ts';

it.each(golden.ranking)("is scikit-learn's, ties included (%#)", ({ scores, labels, auroc: expected }) => {
  expect(auroc(scores, labels)).toBeCloseTo(expected, 14);
});

it('is 1 for perfect, 0 for reversed and one half for equal scores', () => {
  expect(auroc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
  expect(auroc([1, 2, 3, 4], [true, true, false, false])).toBe(0);
  expect(auroc([5, 5, 5], [1, 0, 1])).toBe(0.5);
  expect(auroc([1, 2, 3, Number.NaN], [0, 1, 1, 7], { mask: [1, 1, 1, 0] })).toBe(1);
});

it('refuses one class alone, other labels and scores that are no numbers', () => {
  expect(() => auroc([1, 2], [1, 1])).toThrow(OptionError);
  expect(() => auroc([1, 2], [1, 1])).toThrow(
    'auroc: labels hold 2 positive and 0 negative examples, expected at least one of each',
  );
  expect(() => auroc([1, 2], [0, 2])).toThrow('auroc: labels[1] is 2, expected 0 or 1');
  expect(() => auroc([1, Number.NaN], [0, 1])).toThrow('auroc: scores[1] is NaN, expected a finite number');
  expect(() => auroc([1], [0, 1])).toThrow('auroc: scores has 1 element, expected 2, as labels');
});
