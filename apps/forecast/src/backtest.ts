import { rollingOrigins } from '@sluice/data';
import { createReport, renderText } from '@sluice/report';
import { TrainingProgress } from '@sluice/training/node';
import { describe } from './charts.ts';
import { type BackendName, openDevice } from './device.ts';
import { UsageError } from './errors.ts';
import { fitModel } from './fit-model.ts';
import { type Forecasts, forecast } from './forecasts.ts';
import { print } from './output.ts';
import { planTraining, type TrainingRequest, withParts } from './plan.ts';
import { type Prepared, prepare } from './prepare.ts';
import { scoreForecasts } from './score.ts';
import { scoreSections } from './sections.ts';

export interface BacktestOptions extends TrainingRequest {
  readonly backend: BackendName;
  /** How often to train anew. */
  readonly folds: number;
}

/**
 * Trains anew as time goes on, over the second half of the series, and measures each model on what came until the next.
 * @throws UsageError when the test parts would be shorter than a forecast
 */
export async function backtest(options: BacktestOptions): Promise<void> {
  const { title, series, settings, schedule } = await planTraining(options);
  const rows = series.table.length;
  const most = Math.floor(rows / 2 / settings.horizon);
  if (options.folds > most) {
    const half = `half of the ${rows} rows in parts of at least ${settings.horizon}, the horizon`;
    throw new UsageError(`--folds is ${options.folds}, expected at most ${most}: ${half}`);
  }
  const length = Math.floor(rows / 2 / options.folds);
  const initial = rows - options.folds * length;
  const folds = rollingOrigins(rows, { initial, horizon: length });
  const parts: { prepared: Prepared; forecasts: Forecasts }[] = [];
  print(`${title}: ${folds.length} trainings.`);
  const table: (string | number)[][] = [];
  for (const [i, { train, test }] of folds.entries()) {
    using device = await openDevice(options.backend, schedule.seed);
    const prepared = prepare(series, withParts(settings, train.end));
    const { model } = await fitModel(device, prepared, schedule, new TrainingProgress({ unit: 'windows' }));
    // Only forecasts that end before the next training.
    const until = { start: test.start, end: test.end - settings.horizon + 1 };
    const forecasts = await forecast(model, prepared, until);
    const { model: own, baselines } = scoreForecasts(prepared, forecasts, test);
    table.push([`${i + 1}: ${describe(prepared, test.start)}`, ...[own, ...baselines].map(({ all }) => all.mae)]);
    parts.push({ prepared, forecasts });
  }
  const { prepared } = parts[0]!;
  const score = scoreForecasts(prepared, join(parts.map(({ forecasts }) => forecasts)), { start: initial, end: rows });
  const methods = [score.model, ...score.baselines].map(({ name }) => name);
  const perFold = {
    kind: 'table',
    title: 'Fold by fold',
    note: 'Mean absolute error over all steps; the date is where each test part begins.',
    columns: ['fold', ...methods],
    rows: table,
  } as const;
  const sections = [...scoreSections(score, settings, `Backtest of ${folds.length} trainings`), perFold];
  print();
  print(renderText(createReport({ title, sections })).trimEnd());
}

function join(parts: readonly Forecasts[]): Forecasts {
  return {
    origins: Int32Array.from(parts.flatMap(({ origins }) => [...origins])),
    quantiles: Float64Array.from(parts.flatMap(({ quantiles }) => [...quantiles])),
  };
}
