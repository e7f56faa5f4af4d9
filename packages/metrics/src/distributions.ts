import { OptionError, readOptions } from '@sluice/core';
import { erf } from './erf.ts';
import {
  checkFinite,
  checkLength,
  countOf,
  type MaskOptions,
  maskDefaults,
  meanOfCounted,
  type Values,
} from './values.ts';

/**
 * The mean pinball loss of forecasts of one quantile (Koenker and Bassett 1978): with d = target - forecast, level d where d is positive and
 * (level - 1) d elsewhere. At level 0.5 half the mean absolute error.
 * @param level above 0 and below 1
 * @throws ShapeError, OptionError for unequal lengths, a level outside its range, numbers that are not finite, and when nothing counts
 */
export function pinballLoss(forecasts: Values, targets: Values, level: number, options?: MaskOptions): number {
  const operation = 'pinballLoss';
  const { mask } = readOptions(operation, options, maskDefaults);
  const count = countOf(operation, 'targets', targets);
  checkLevel(operation, 'level', level);
  checkLength(operation, 'forecasts', forecasts, count, 'as targets');
  return meanOfCounted(operation, count, mask, (i) =>
    pinball(checkFinite(operation, 'forecasts', forecasts, i), checkFinite(operation, 'targets', targets, i), level),
  );
}

/**
 * The continuous ranked probability score of forecasts that are given by quantiles: twice the mean of their pinball losses, which becomes the CRPS
 * with ever more evenly spread levels, because that is twice the integral of the pinball loss over all levels (Gneiting and Ranjan 2011). In the unit of the targets; lower is better.
 * @param forecasts [targets, levels], row-major
 * @param levels above 0 and below 1, evenly spread around 0.5: 0.1, 0.3, 0.5, 0.7, 0.9
 * @throws what `pinballLoss` does
 */
export function crpsFromQuantiles(
  forecasts: Values,
  targets: Values,
  levels: readonly number[],
  options?: MaskOptions,
): number {
  const operation = 'crpsFromQuantiles';
  const { mask } = readOptions(operation, options, maskDefaults);
  const count = countOf(operation, 'targets', targets);
  if (!Array.isArray(levels)) {
    throw new OptionError({
      operation,
      argument: 'levels',
      got: 'are none',
      expected: 'an array of numbers above 0 and below 1',
    });
  }
  const { length } = levels;
  if (length === 0) throw new OptionError(`${operation}: levels are empty, expected at least one`);
  for (const [k, level] of levels.entries()) checkLevel(operation, `levels[${k}]`, level);
  const expected = `as ${count} targets at ${length} levels`;
  checkLength(operation, 'forecasts', forecasts, count * length, expected);
  return meanOfCounted(operation, count, mask, (i) => {
    const target = checkFinite(operation, 'targets', targets, i);
    let total = 0;
    for (const [k, level] of levels.entries()) {
      total += pinball(checkFinite(operation, 'forecasts', forecasts, i * length + k), target, level);
    }
    return (2 * total) / length;
  });
}

/**
 * The mean continuous ranked probability score of normal distributions, in closed form (Gneiting and Raftery 2007, section 4.2, with the sign turned):
 * s (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)) with z = (target - mean) / s. In the unit of the targets; lower is better.
 * @param deviations standard deviations s, above 0
 * @throws ShapeError, OptionError for unequal lengths, a deviation that is not above 0, numbers that are not finite, and when nothing counts
 */
export function crpsGaussian(means: Values, deviations: Values, targets: Values, options?: MaskOptions): number {
  const operation = 'crpsGaussian';
  const { mask } = readOptions(operation, options, maskDefaults);
  const count = countOf(operation, 'targets', targets);
  checkLength(operation, 'means', means, count, 'as targets');
  checkLength(operation, 'deviations', deviations, count, 'as targets');
  return meanOfCounted(operation, count, mask, (i) => {
    const deviation = checkFinite(operation, 'deviations', deviations, i);
    if (!(deviation > 0)) {
      const problem = { operation, argument: `deviations[${i}]`, got: `is ${deviation}` };
      throw new OptionError({ ...problem, expected: 'a number above 0' });
    }
    const target = checkFinite(operation, 'targets', targets, i);
    const z = (target - checkFinite(operation, 'means', means, i)) / deviation;
    // 2 Phi(z) - 1 = erf(z / sqrt(2)).
    const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
    return deviation * (z * erf(z / Math.SQRT2) + 2 * density - 1 / Math.sqrt(Math.PI));
  });
}

/**
 * The share of targets inside their intervals, ends included. Near its nominal share for a forecaster that knows how unsure it is.
 * @throws ShapeError, OptionError for unequal lengths, an interval that ends before it begins, numbers that are not finite, and when nothing
 * counts
 */
export function intervalCoverage(lower: Values, upper: Values, targets: Values, options?: MaskOptions): number {
  const operation = 'intervalCoverage';
  const { mask } = readOptions(operation, options, maskDefaults);
  const count = countOf(operation, 'targets', targets);
  checkLength(operation, 'lower', lower, count, 'as targets');
  checkLength(operation, 'upper', upper, count, 'as targets');
  return meanOfCounted(operation, count, mask, (i) => {
    const [low, high] = [checkFinite(operation, 'lower', lower, i), checkFinite(operation, 'upper', upper, i)];
    if (low > high) {
      const got = `is ${low}, above the upper end ${high}`;
      throw new OptionError({ operation, argument: `lower[${i}]`, got, expected: 'at most that' });
    }
    const target = checkFinite(operation, 'targets', targets, i);
    return low <= target && target <= high ? 1 : 0;
  });
}

function pinball(forecast: number, target: number, level: number): number {
  const difference = target - forecast;
  return difference > 0 ? level * difference : (level - 1) * difference;
}

function checkLevel(operation: string, argument: string, level: number): void {
  if (typeof level === 'number' && level > 0 && level < 1) return;
  throw new OptionError({ operation, argument, got: `is ${level}`, expected: 'a number above 0 and below 1' });
}
