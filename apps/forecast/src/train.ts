import { join } from 'node:path';
import { checkFolder, saveModel } from '@sluice/model/node';
import { createReport, lossChart, renderText } from '@sluice/report';
import { saveReport } from '@sluice/report/node';
import { formatCount, TrainingProgress } from '@sluice/training/node';
import { gateMaps, horizonChart, oneStepChart } from './charts.ts';
import { definition } from './definition.ts';
import { type BackendName, openDevice } from './device.ts';
import { fitModel } from './fit-model.ts';
import { modelIn, showPath } from './folder.ts';
import { forecast } from './forecasts.ts';
import { listenForInterrupt } from './interrupt.ts';
import { print } from './output.ts';
import { planTraining, type TrainingRequest } from './plan.ts';
import { prepare } from './prepare.ts';
import { scoreForecasts } from './score.ts';
import { figuresOf, scoreSections } from './sections.ts';
import { isWorst, verdictsOf } from './verdict.ts';

export interface TrainOptions extends TrainingRequest {
  readonly backend: BackendName;
  /** The folder of the model. */
  readonly out: string;
  /** How to do it again. */
  readonly command: string;
}

/** Trains, measures on the test part, and writes the model's folder with its report. */
export async function train(options: TrainOptions): Promise<void> {
  const { backend, out, command } = options;
  await checkFolder(out, definition);
  const { title, series, settings, schedule } = await planTraining(options);
  const prepared = prepare(series, settings);
  const { rows, scalers } = prepared;
  using device = await openDevice(backend, schedule.seed);
  const { validationStart, testStart, cell, hidden, head, window, horizon } = settings;
  print(
    `${title}: ${formatCount(rows)} rows, ${formatCount(validationStart)} to train on, ${formatCount(rows - testStart)} to test.`,
  );
  print(
    `${cell.toUpperCase()} of ${hidden}, ${head} head: ${horizon} steps from ${window}; ${schedule.epochs} epochs on ${backend}.`,
  );
  const present = await modelIn(out);
  if (present) print(`The model in ${showPath(out)} will be replaced: ${present}.`);
  print('Ctrl-C ends the training; what it reached is measured and saved.');

  const begun = Date.now();
  const interrupt = listenForInterrupt();
  const { model, curves, interrupted } = await fitModel(
    device,
    prepared,
    schedule,
    new TrainingProgress({ unit: 'windows' }),
    interrupt.signal,
  ).finally(() => interrupt[Symbol.asyncDispose]());
  const seconds = (Date.now() - begun) / 1000;
  const test = { start: testStart, end: rows };
  const forecasts = await forecast(model, prepared, test);
  const score = scoreForecasts(prepared, forecasts, test);
  const sections = scoreSections(score, settings, 'Test part');
  const facts = {
    data: `${title}, ${rows} rows; test part from row ${testStart + 1} on`,
    seed: String(schedule.seed),
    date: new Date().toISOString().slice(0, 10),
    duration: `${seconds.toFixed(1)} s of training`,
    command,
    ...(interrupted !== undefined && { interrupted }),
  };
  print();
  print(renderText(createReport({ title, sections })).trimEnd());

  const summary = `Forecasts ${settings.target} ${horizon} steps ahead, with prediction intervals, from the ${window} steps before.`;
  await saveModel(out, definition, {
    model,
    config: settings,
    preprocessing: scalers,
    card: { title, summary, figures: figuresOf(score, settings), facts },
  });
  const last = Math.max(0, forecasts.origins.length - horizon);
  const charts = [
    {
      ...lossChart({
        ...curves,
        label: head === 'quantile' ? 'pinball loss, scaled' : 'negative log-likelihood, scaled',
      }),
    },
    oneStepChart(prepared, forecasts),
    horizonChart(prepared, forecasts, last),
    await gateMaps(device, model, prepared, forecasts.origins[last]!),
  ];
  await saveReport(
    join(out, 'report.html'),
    createReport({ title, summary, facts, sections: [...sections, ...charts] }),
  );
  print();
  print(`Trained in ${seconds.toFixed(1)} s. Model and report.html are in ${showPath(out)}`);
  if (isWorst(verdictsOf(score, 'all'))) {
    print('It is worse than every simple method: do not use it. A lower --learning-rate or more --epochs may help.');
  }
}
