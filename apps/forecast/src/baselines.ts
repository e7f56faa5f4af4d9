import { naiveRow } from './settings.ts';

/** Forecasts `horizon` values from those before `origin`. */
export type Baseline = (values: Float64Array, origin: number, horizon: number) => Float64Array;

/** The usual simple methods (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, section 5.2), by name. */
export function baselinesOf(season: number): Readonly<Record<string, Baseline>> {
  const seasonal = naive(season);
  return {
    persistence: naive(1),
    'seasonal naive': seasonal,
    drift,
    'seasonal + trend': (values, origin, horizon) => {
      const forecast = seasonal(values, origin, horizon);
      const trend = meanChange(values, season, origin);
      return forecast.map((value, step) => value + trend * Math.ceil((step + 1) / season));
    },
  };
}

/** The last known value of the same place in the season. */
function naive(season: number): Baseline {
  return (values, origin, horizon) =>
    Float64Array.from({ length: horizon }, (_, step) => values[naiveRow(origin, step, season)] ?? Number.NaN);
}

/** The line from the first value through the last one. */
const drift: Baseline = (values, origin, horizon) => {
  const last = values[origin - 1]!;
  const slope = origin > 1 ? (last - values[0]!) / (origin - 1) : 0;
  return Float64Array.from({ length: horizon }, (_, step) => last + slope * (step + 1));
};

/** How much the values before `origin` rose from season to season. */
function meanChange(values: Float64Array, season: number, origin: number): number {
  let sum = 0;
  for (let row = season; row < origin; row++) sum += values[row]! - values[row - season]!;
  return sum / (origin - season);
}
