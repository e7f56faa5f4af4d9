import type { RowRange } from '@sluice/data';
import { crpsFromQuantiles, intervalCoverage, RegressionErrors } from '@sluice/metrics';
import { baselinesOf } from './baselines.ts';
import { type Forecasts, quantileAt } from './forecasts.ts';
import type { Prepared } from './prepare.ts';
import { levels } from './settings.ts';

/** Errors of one method over all origins: step by step, and of all steps together. */
export interface MethodScore {
  readonly name: string;
  readonly steps: readonly RegressionErrors[];
  readonly all: RegressionErrors;
  /** The absolute errors step by step, [origins] each; NaN where nothing counts. */
  readonly absolute: readonly Float64Array[];
}

export interface Score {
  readonly model: MethodScore;
  readonly baselines: readonly MethodScore[];
  /** Forecasts that counted, over all steps. */
  readonly count: number;
  /** The continuous ranked probability score, in the unit of the target; that of a point forecast is its mean absolute error. */
  readonly crps: number;
  /** The share of values inside the interval of 80 %: step by step, and of all steps together. */
  readonly coverage: { readonly steps: readonly number[]; readonly all: number };
  /** The share of values below each quantile, for `levels`. */
  readonly below: readonly number[];
}

const middle = levels.indexOf(0.5);

/** Compares forecasts with what came, and with what the simple methods say from the same origins. Values beyond the range do not count. */
export function scoreForecasts({ settings, values }: Prepared, forecasts: Forecasts, { end }: RowRange): Score {
  const { horizon, season } = settings;
  const { origins } = forecasts;
  const targets = (step: number) => Float64Array.from(origins, (origin) => values[origin + step] ?? Number.NaN);
  const masks = Array.from({ length: horizon }, (_, step) => origins.map((origin) => Number(origin + step < end)));
  const ofMethod = (name: string, predict: (step: number) => Float64Array): MethodScore => {
    const all = new RegressionErrors();
    const absolute: Float64Array[] = [];
    const steps = masks.map((mask, step) => {
      const [predicted, actual] = [predict(step), targets(step)];
      all.add(predicted, actual, { mask });
      absolute.push(predicted.map((value, i) => (mask[i] ? Math.abs(value - actual[i]!) : Number.NaN)));
      return new RegressionErrors().add(predicted, actual, { mask });
    });
    return { name, steps, all, absolute };
  };
  const baselines = Object.entries(baselinesOf(season)).map(([name, baseline]) => {
    const predicted = Array.from(origins, (origin) => baseline(values, origin, horizon));
    return ofMethod(name, (step) => Float64Array.from(predicted, (one) => one[step]!));
  });
  const at = (step: number, level: number) => quantileAt(forecasts, horizon, step, level);
  const coverage = masks.map((mask, step) =>
    intervalCoverage(at(step, 0), at(step, levels.length - 1), targets(step), { mask }),
  );
  const counted = flatten(forecasts, targets, masks);
  return {
    model: ofMethod('this model', (step) => at(step, middle)),
    baselines,
    count: counted.targets.length,
    crps: crpsFromQuantiles(counted.quantiles, counted.targets, [...levels]),
    coverage: { steps: coverage, all: weightedMean(coverage, masks) },
    below: levels.map((_, level) => {
      const hits = counted.targets.filter((target, i) => target < counted.quantiles[i * levels.length + level]!);
      return hits.length / counted.targets.length;
    }),
  };
}

/** All forecasts that count, one after the other. */
function flatten({ quantiles }: Forecasts, targets: (step: number) => Float64Array, masks: readonly Int32Array[]) {
  const kept = { targets: [] as number[], quantiles: [] as number[] };
  for (const [step, mask] of masks.entries()) {
    const values = targets(step);
    for (const [i, counts] of mask.entries()) {
      if (!counts) continue;
      const start = (i * masks.length + step) * levels.length;
      kept.targets.push(values[i]!);
      for (const quantile of quantiles.subarray(start, start + levels.length)) kept.quantiles.push(quantile);
    }
  }
  return kept;
}

function weightedMean(values: readonly number[], masks: readonly Int32Array[]): number {
  const weights = masks.map((mask) => mask.reduce((sum, counts) => sum + counts, 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, step) => sum + value * weights[step]!, 0) / total;
}
