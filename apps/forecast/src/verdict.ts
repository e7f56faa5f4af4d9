import { CompensatedSum, meanOf } from '@sluice/core';
import type { MethodScore, Score } from './score.ts';

/** Whether the model is better than a simple method, at the first step or over all of them. */
export interface Verdict {
  readonly baseline: string;
  /** By which share the model's mean absolute error is below the method's; negative where it is above. */
  readonly gain: number;
  /** The mean difference of the errors over its standard error: beyond +-1.96 it is hardly chance. */
  readonly statistic: number;
  readonly words: 'better' | 'no clear difference' | 'worse';
}

export function verdictsOf({ model, baselines }: Score, steps: 'first' | 'all'): Verdict[] {
  const errorsOf = (method: MethodScore) => (steps === 'first' ? method.absolute[0]! : meanOverSteps(method));
  const own = errorsOf(model);
  return baselines.map((baseline) => {
    const other = errorsOf(baseline);
    const statistic = dieboldMariano(own, other, steps === 'first' ? 1 : model.steps.length);
    const [mine, theirs] = steps === 'first' ? [model.steps[0]!, baseline.steps[0]!] : [model.all, baseline.all];
    const clear = Math.abs(statistic) > 1.96;
    const words = !clear ? 'no clear difference' : statistic > 0 ? 'better' : 'worse';
    return { baseline: baseline.name, gain: 1 - mine.mae / theirs.mae, statistic, words };
  });
}

/** Of each origin, over the steps that count. */
function meanOverSteps({ absolute }: MethodScore): Float64Array {
  return Float64Array.from(absolute[0]!, (_, i) => {
    const counted = absolute.map((step) => step[i]!).filter((error) => !Number.isNaN(error));
    return meanOf(counted);
  });
}

/**
 * How many standard errors the second forecasts' errors lie above the first's (Diebold & Mariano 1995), with the variance of Newey & West (1987) over
 * the `horizon - 1` origins in which forecasts overlap.
 */
export function dieboldMariano(first: Float64Array, second: Float64Array, horizon: number): number {
  const differences = second.map((error, i) => error - first[i]!).filter((difference) => !Number.isNaN(difference));
  const count = differences.length;
  const mean = meanOf(differences);
  const covariance = (lag: number) => {
    const sum = new CompensatedSum();
    for (let i = lag; i < count; i++) sum.add((differences[i]! - mean) * (differences[i - lag]! - mean));
    return sum.value / count;
  };
  let variance = covariance(0);
  for (let lag = 1; lag < Math.min(horizon, count); lag++) variance += 2 * (1 - lag / horizon) * covariance(lag);
  return variance > 0 ? mean / Math.sqrt(variance / count) : 0;
}

export function isWorst(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ words }) => words === 'worse');
}

/** The verdicts in a sentence, for those who read nothing else. */
export function summarize(first: readonly Verdict[], all: readonly Verdict[]): string {
  const say = (when: string, verdicts: readonly Verdict[]) => {
    const unbeaten = verdicts.filter(({ words }) => words !== 'better').map(({ baseline }) => baseline);
    if (unbeaten.length === 0) return `${when} it beats every simple method`;
    return isWorst(verdicts)
      ? `${when} it is worse than every simple method`
      : `${when} it does not clearly beat ${unbeaten.join(', ')}`;
  };
  return `${say('One step ahead', first)}; ${say('over all steps', all)}.`;
}
