import { RegressionErrors } from '@sluice/metrics';
import { expect, test } from 'vitest';
import type { MethodScore, Score } from './score.ts';
import { dieboldMariano, summarize, verdictsOf } from './verdict.ts';

test('one step ahead the statistic is that of a paired t-test, with the variance divided by the count', () => {
  const differences = [1, 3, 2, 4, 0];
  const zeros = new Float64Array(5);
  // Mean 2, variance 2.
  expect(dieboldMariano(zeros, Float64Array.from(differences), 1)).toBeCloseTo(2 / Math.sqrt(2 / 5), 12);
  expect(dieboldMariano(Float64Array.from(differences), zeros, 1)).toBeCloseTo(-2 / Math.sqrt(2 / 5), 12);
});

test('errors that hang together count for less', () => {
  const differences = Float64Array.of(2, 2, 2, 2, 0, 0, 0, 0);
  const zeros = new Float64Array(8);
  // Mean 1, variance 1, covariance at lag 1: (3 - 1 + 3) / 8, weighted by a half on either side.
  expect(dieboldMariano(zeros, differences, 2)).toBeCloseTo(1 / Math.sqrt((1 + 2 * 0.5 * (5 / 8)) / 8), 12);
});

test('a missing error is left out, and equal errors are no reason for anything', () => {
  expect(dieboldMariano(Float64Array.of(0, Number.NaN, 0), Float64Array.of(1, 9, 3), 1)).toBeCloseTo(
    2 / Math.sqrt(1 / 2),
    12,
  );
  expect(dieboldMariano(Float64Array.of(1, 1), Float64Array.of(1, 1), 1)).toBe(0);
});

const method = (name: string, errors: number[]): MethodScore => {
  const all = new RegressionErrors().add(
    errors,
    errors.map(() => 0),
  );
  return { name, steps: [all], all, absolute: [Float64Array.from(errors)] };
};

test('a model that does not beat a method says so', () => {
  const model = method('this model', [1, 2, 1, 2, 1, 2]);
  const baselines = [
    method('worst', [5, 7, 5, 6, 5, 7]),
    method('alike', [2, 1, 2, 1, 1, 2]),
    method('best', [0, 0.1, 0, 0, 0, 0.1]),
  ];
  const verdicts = verdictsOf({ model, baselines } as unknown as Score, 'first');
  expect(verdicts.map(({ words }) => words)).toEqual(['better', 'no clear difference', 'worse']);
  expect(verdicts[0]!.gain).toBeCloseTo(1 - 9 / 35, 12);
  expect(summarize(verdicts, verdicts.slice(0, 1))).toBe(
    'One step ahead it does not clearly beat alike, best; over all steps it beats every simple method.',
  );
  expect(summarize(verdicts.slice(2), verdicts)).toBe(
    'One step ahead it is worse than every simple method; over all steps it does not clearly beat alike, best.',
  );
});
