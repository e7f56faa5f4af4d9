import * as v from 'valibot';

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const scaling = v.picklist(['standard', 'minMax', 'robust', 'log1p', 'none']);

/** What is forecast, from what, and by which network: all that a model folder must say to predict again. */
export const settingsSchema = v.strictObject({
  /** A data set of `datasets.ts`, or `csv` for the user's own file. */
  dataset: v.string(),
  target: v.string(),
  /** The column of dates, if there is one. */
  date: v.nullable(v.string()),
  unit: v.string(),
  /** Other columns that the network reads up to the origin, and how they are scaled. */
  covariates: v.record(v.string(), scaling),
  /** Features of the dates, known ahead. */
  calendar: v.record(v.picklist(['hour', 'dayOfWeek', 'dayOfMonth', 'dayOfYear', 'month']), v.literal('cyclic')),
  /** Forecast ratios instead of differences: the target's logarithm is what is computed with. */
  log: v.boolean(),
  /** Whether the network sees the height of the target, which must not leave the range of the training rows; its changes it sees anyway. */
  level: v.boolean(),
  /** Steps after which the series repeats itself. */
  season: size(100_000),
  /** What the network corrects: the last value, or that of the same place in the last season. */
  anchor: v.picklist(['last', 'season']),
  /** Steps that the network reads before the origin. */
  window: size(10_000),
  /** Steps that it forecasts. */
  horizon: size(1_000),
  cell: v.picklist(['lstm', 'gru']),
  hidden: size(1_024),
  layers: size(8),
  dropout: v.pipe(v.number(), v.minValue(0), v.maxValue(0.9)),
  /** `quantile`: the pinball loss of five quantiles. `gaussian`: the likelihood of a normal distribution. */
  head: v.picklist(['quantile', 'gaussian']),
  /** First row of the validation part and of the test part. */
  validationStart: size(1e9),
  testStart: size(1e9),
});

export type Settings = v.InferOutput<typeof settingsSchema>;

/** The quantiles of every forecast, evenly spread; the middle one is the point forecast, the outer ones enclose 80 %. */
export const levels = [0.1, 0.3, 0.5, 0.7, 0.9] as const;

/** Rows from a value back to the one that the network corrects. */
export function lagOf({ anchor, season }: Settings): number {
  return anchor === 'season' ? season : 1;
}

/** The row that stands in for `origin + step` in a naive forecast with this season: the last one of its place that is known at the origin. */
export function naiveRow(origin: number, step: number, season: number): number {
  return origin + step - season * Math.ceil((step + 1) / season);
}
