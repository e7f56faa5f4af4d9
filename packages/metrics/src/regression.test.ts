import { OptionError, ShapeError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { mae, mape, mase, pinballLoss, RegressionErrors, rmse, smape } from './index.ts';
import { golden } from './testing/golden.ts';

describe('errors of forecasts', () => {
  it.each(golden.regression)("are scikit-learn's (%#)", ({ predictions, targets, ...expected }) => {
    expect(mae(predictions, targets)).toBeCloseTo(expected.mae, 13);
    expect(rmse(predictions, targets)).toBeCloseTo(expected.rmse, 13);
    expect(mape(predictions, targets)).toBeCloseTo(expected.mape, 12);
    const errors = new RegressionErrors();
    for (let i = 0; i < targets.length; i += 7) errors.add(predictions.slice(i, i + 7), targets.slice(i, i + 7));
    expect(errors.count).toBe(30);
    expect([errors.mae, errors.rmse, errors.mape].map((value) => value.toFixed(12))).toEqual(
      [expected.mae, expected.rmse, expected.mape].map((value) => value.toFixed(12)),
    );
  });

  it('in percent, symmetric: 200 where the sign is wrong, 0 where both are 0', () => {
    expect(smape([110], [90])).toBeCloseTo(20, 12);
    expect(smape([110, 0], [90, 0])).toBeCloseTo(10, 12);
    expect(smape([-3], [3])).toBe(200);
    expect(smape([5], [0])).toBe(200);
  });

  it('leave out padding, whatever stands there', () => {
    const mask = [1, 0, 1];
    expect(mae([1, Number.NaN, 2], [2, 0, 4], { mask })).toBe(1.5);
    expect(rmse([1, 9, 2], [2, 0, 4], { mask })).toBe(Math.sqrt(2.5));
    expect(mape([1, 9, 2], [2, 0, 4], { mask })).toBe(50);
    expect(smape([1, 9, 2], [1, 0, 2], { mask })).toBe(0);
  });

  it('refuse nothing, NaN, unequal lengths and percentages of 0', () => {
    expect(() => mae([], [])).toThrow('mae: there is nothing to measure, expected at least one position that counts');
    expect(() => rmse([1], [1], { mask: [0] })).toThrow(OptionError);
    expect(() => mae([1, 2], [1])).toThrow(ShapeError);
    expect(() => mape([1, 2], [1, 0])).toThrow(
      'mape: targets are 0 at 1 positions, expected targets to take a percentage of',
    );
    const errors = new RegressionErrors().add([1], [2]);
    expect(() => errors.add([1, Number.NaN], [5, 5])).toThrow(
      'RegressionErrors: predictions[1] is NaN, expected a finite number',
    );
    expect(() => errors.add([5], [Number.POSITIVE_INFINITY])).toThrow('RegressionErrors: targets[0] is Infinity');
    expect([errors.count, errors.mae]).toEqual([1, 1]);
  });
});

describe('sums', () => {
  it('do not drift with the count', () => {
    const [zeros, tenths] = [new Float64Array(1_000_000), new Float64Array(1_000_000).fill(0.1)];
    const errors = new RegressionErrors().add(tenths, zeros);
    expect([errors.mae, errors.smape]).toEqual([0.1, 200]);
    expect(Math.abs(errors.rmse - 0.1)).toBeLessThan(1e-16);
    expect(pinballLoss(zeros, tenths, 0.5)).toBe(0.05);
    expect(mase(tenths, zeros, { history: Array.from({ length: 100_001 }, (_, i) => (i % 2) * 0.1) })).toBe(1);
  });

  it.each([1e300, 1e160, 1e-170, 1e-300])('neither over- nor underflow: %d', (scale) => {
    const [predictions, targets] = [
      [3 * scale, 0, 0, 9 * scale],
      [0, 4 * scale, 0, 9 * scale],
    ];
    expect(rmse(predictions, targets) / scale).toBeCloseTo(2.5, 13);
    expect(mae(predictions, targets) / scale).toBeCloseTo(1.75, 13);
    expect(smape(predictions, targets)).toBe(100);
  });

  it('of what is too large are told', () => {
    const most = Number.MAX_VALUE;
    expect(mae([most, most], [0, 0])).toBe(most);
    expect(smape([most], [most / 2])).toBeCloseTo(200 / 3, 12);
    expect(smape([5e-324], [0])).toBe(200);
    expect(() => mae([most], [-most])).toThrow(
      `mae: predictions[0] is ${most} for a target of ${-most}, expected a difference below 1.8e308`,
    );
  });
});

describe('mase', () => {
  it('refuses a history that only rounding changes', () => {
    const wave = Array.from({ length: 70 }, (_, i) => 5 + Math.sin((2 * Math.PI * i) / 7));
    expect(() => mase([1], [2], { history: wave, season: 7 })).toThrow(
      'mase: history repeats itself but for rounding after 7 steps, expected changes to compare errors with',
    );
    expect(() => mase([1], [2], { history: [1e308, -1e308] })).toThrow('history changes by more than 1.8e308');
  });

  it('scales by the naive error of the history', () => {
    // Differences 2, 1, 3: mean 2. Of season 2: 1, 2: mean 1.5.
    const history = [1, 3, 2, 5];
    expect(mase([6, 8], [5, 5], { history })).toBe(1);
    expect(mase([6, 8], [5, 5], { history, season: 2 })).toBeCloseTo(2 / 1.5, 14);
    expect(mase([6, 8], [5, 5], { history, mask: [1, 0] })).toBe(0.5);
  });

  it('is 1 for the naive forecasts of the history itself', () => {
    const history = golden.regression[0]!.targets;
    expect(mase(history.slice(0, -1), history.slice(1), { history })).toBeCloseTo(1, 14);
  });

  it('refuses a history that gives no scale', () => {
    const of = (history: number[], season?: number) => () =>
      mase([1], [1], season === undefined ? { history } : { history, season });
    expect(of([1, 2], 0)).toThrow('mase: season is 0, expected a whole number of at least 1');
    expect(of([1, 2], 2)).toThrow('mase: history has 2 values, expected more than the season of 2');
    expect(of([1, Number.NaN, 2])).toThrow('mase: history[1] is NaN, expected a finite number');
    expect(of([4, 4])).toThrow('mase: history repeats itself exactly after 1 step, expected changes');
  });
});
