import { basename } from 'node:path';
import type { ReadProgress } from '@sluice/data';
import { loadModel } from '@sluice/model/node';
import { createReport, renderText } from '@sluice/report';
import { describe } from './charts.ts';
import { loadSeries } from './data/load.ts';
import type { Uneven } from './datasets.ts';
import { definition } from './definition.ts';
import { type BackendName, openDevice } from './device.ts';
import { AppError } from './errors.ts';
import { forecast } from './forecasts.ts';
import { print } from './output.ts';
import { prepare } from './prepare.ts';
import { scoreForecasts } from './score.ts';
import { scoreSections } from './sections.ts';
import { levels } from './settings.ts';

export interface UseOptions {
  /** The folder of the model. */
  readonly model: string;
  /** A file with the columns that it was trained on. Default: the data set that it was trained on. */
  readonly csv?: string | undefined;
  readonly backend: BackendName;
  /** What becomes of dates that are not evenly spaced. Default: what the data set of the model has, or `refuse`. */
  readonly uneven?: Uneven | undefined;
  /** Hears how far the data are read. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** Prints the figures of a saved model on the test part of its data. */
export async function evaluate({ model: folder, csv, backend, uneven, onProgress }: UseOptions): Promise<void> {
  using device = await openDevice(backend);
  const { model, config, preprocessing } = await loadModel(folder, definition, device);
  const prepared = prepare(await loadSeries(config, { csv, uneven, onProgress }), config, preprocessing);
  const { testStart, horizon } = config;
  if (prepared.rows < testStart + horizon) {
    throw new AppError(
      `${csv ?? config.dataset}: has ${prepared.rows} rows, expected at least ${testStart + horizon}: ${testStart} before the test part of the model, and a forecast of ${horizon}`,
    );
  }
  const test = { start: testStart, end: prepared.rows };
  const score = scoreForecasts(prepared, await forecast(model, prepared, test), test);
  print(
    renderText(
      createReport({ title: basename(folder), sections: scoreSections(score, config, 'Test part') }),
    ).trimEnd(),
  );
}

/** Prints what comes after the last row of the data. */
export async function predict({ model: folder, csv, backend, uneven, onProgress }: UseOptions): Promise<void> {
  using device = await openDevice(backend);
  const { model, config, preprocessing } = await loadModel(folder, definition, device);
  const prepared = prepare(await loadSeries(config, { csv, uneven, onProgress }), config, preprocessing);
  const { rows } = prepared;
  const { quantiles } = await forecast(model, prepared, { start: rows, end: rows + 1 });
  const lines = Array.from({ length: config.horizon }, (_, step) => [
    describe(prepared, rows + step),
    ...quantiles.subarray(step * levels.length, (step + 1) * levels.length),
  ]);
  const columns = [prepared.dates ? 'date' : 'row', ...levels.map((level) => `${100 * level} %`)];
  const title = `${config.target}${config.unit ? ` in ${config.unit}` : ''}: quantiles`;
  print(
    renderText(
      createReport({ title: basename(folder), sections: [{ kind: 'table', title, columns, rows: lines }] }),
    ).trimEnd(),
  );
}
