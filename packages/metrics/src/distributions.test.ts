import { OptionError, ShapeError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { erf } from './erf.ts';
import { crpsFromQuantiles, crpsGaussian, intervalCoverage, mae, pinballLoss } from './index.ts';
import { golden } from './testing/golden.ts';

it.each(golden.erf)("erf(%f) is SciPy's", (x, y) => {
  expect(Math.abs(erf(x) - y)).toBeLessThan(1e-15);
});

describe('pinballLoss', () => {
  const { predictions, targets, pinball } = golden.regression[0]!;
  it.each(Object.entries(pinball))("at level %s is scikit-learn's", (level, expected) => {
    expect(pinballLoss(predictions, targets, Number(level))).toBeCloseTo(expected, 13);
  });

  it('leaves out padding, and refuses what has no loss', () => {
    expect(pinballLoss([1, 9], [2, 0], 0.9, { mask: [1, 0] })).toBe(0.9);
    expect(() => pinballLoss([1], [1], 1)).toThrow('pinballLoss: level is 1, expected a number above 0 and below 1');
    expect(() => pinballLoss([1, 1], [1], 0.5)).toThrow(ShapeError);
    expect(() => pinballLoss([Number.NaN], [1], 0.5)).toThrow('pinballLoss: forecasts[0] is NaN, expected a finite');
    expect(() => pinballLoss([], [], 0.5)).toThrow('pinballLoss: there is nothing to measure');
  });
});

describe('crpsGaussian', () => {
  it.each(golden.gaussian)('is the integral of its definition (%#)', ({ mean, deviation, target, crps }) => {
    expect(crpsGaussian([mean], [deviation], [target])).toBeCloseTo(crps, 10);
  });

  it('is a mean, and ends as the absolute error of a sure forecast', () => {
    const [a, b] = golden.gaussian as [(typeof golden.gaussian)[0], (typeof golden.gaussian)[0]];
    const columns = (name: 'mean' | 'deviation' | 'target') => [a[name], b[name], 0];
    const mean = crpsGaussian(columns('mean'), columns('deviation'), columns('target'), { mask: [1, 1, 0] });
    expect(mean).toBeCloseTo((a.crps + b.crps) / 2, 10);
    expect(crpsGaussian([3], [1e-9], [5])).toBeCloseTo(2, 8);
  });

  it('refuses deviations that are none', () => {
    expect(() => crpsGaussian([1], [0], [1])).toThrow('crpsGaussian: deviations[0] is 0, expected a number above 0');
    expect(() => crpsGaussian([1], [], [1])).toThrow('crpsGaussian: deviations has 0 elements, expected 1, as targets');
    expect(() => crpsGaussian([Number.NaN], [1], [1])).toThrow(OptionError);
  });
});

describe('crpsFromQuantiles', () => {
  it('comes near the closed form with many quantiles', () => {
    // Quantiles of the logistic distribution, whose CRPS at its centre is 2 ln 2 - 1 (Jordan, Krueger and Lerch 2019, appendix A).
    const levels = Array.from({ length: 999 }, (_, k) => (k + 1) / 1000);
    const quantiles = levels.map((level) => Math.log(level / (1 - level)));
    expect(crpsFromQuantiles(quantiles, [0], levels)).toBeCloseTo(2 * Math.LN2 - 1, 2);
  });

  it('is the absolute error for medians alone, and takes rows of levels', () => {
    expect(crpsFromQuantiles([1, 5], [2, 8], [0.5])).toBe(mae([1, 5], [2, 8]));
    const forecasts = [1, 2, 3, 4, 4, 7];
    const expected = [0.1, 0.5, 0.9].map((level, k) => 2 * pinballLoss([1 + k, [4, 4, 7][k]!], [2.5, 5], level));
    const mean = expected.reduce((sum, loss) => sum + loss, 0) / 3;
    expect(crpsFromQuantiles(forecasts, [2.5, 5], [0.1, 0.5, 0.9])).toBeCloseTo(mean, 14);
    expect(crpsFromQuantiles([1, 5], [2, 8], [0.5], { mask: [0, 1] })).toBe(3);
  });

  it('refuses levels and forecasts that do not fit', () => {
    expect(() => crpsFromQuantiles([1], [1], [])).toThrow('crpsFromQuantiles: levels are empty');
    expect(() => crpsFromQuantiles([1, 2], [1], [0.5, 0])).toThrow('crpsFromQuantiles: levels[1] is 0, expected');
    expect(() => crpsFromQuantiles([1], [1], [0.2, 0.8])).toThrow(
      'crpsFromQuantiles: forecasts has 1 element, expected 2, as 1 targets at 2 levels',
    );
  });
});

describe('intervalCoverage', () => {
  it('is the share of targets inside, ends included', () => {
    expect(intervalCoverage([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1.5, -1])).toBe(0.5);
    expect(intervalCoverage([0, 0], [1, 1], [0.5, 2], { mask: [1, 0] })).toBe(1);
  });

  it('refuses intervals that end before they begin', () => {
    expect(() => intervalCoverage([2], [1], [1])).toThrow(
      'intervalCoverage: lower[0] is 2, above the upper end 1, expected at most that',
    );
    expect(() => intervalCoverage([0], [Number.NaN], [1])).toThrow('intervalCoverage: upper[0] is NaN');
    expect(() => intervalCoverage([], [], [])).toThrow('intervalCoverage: there is nothing to measure');
  });
});
