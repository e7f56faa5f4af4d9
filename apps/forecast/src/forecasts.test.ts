import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { detectFrequency, formatTime, Table } from '@sluice/data';
import type { EventLog } from '@sluice/training';
import { expect, test } from 'vitest';
import { definition } from './definition.ts';
import { fitModel } from './fit-model.ts';
import { forecast } from './forecasts.ts';
import { prepare } from './prepare.ts';
import { scoreForecasts } from './score.ts';
import { levels, type Settings } from './settings.ts';
import { waveSeries, waveSettings } from './testing/support.ts';

const silent = { write: () => undefined, close: () => undefined };
const schedule = { epochs: 8, batch: 16, learningRate: 0.01, weightDecay: 0.01, seed: 1 };
const series = waveSeries(200);

test.each<Partial<Settings>>([
  {},
  { cell: 'gru', head: 'gaussian', log: true, anchor: 'season', covariates: {}, level: false },
])('a trained model beats the naive forecast of a wave (%o)', async (changes) => {
  using device = new Device(createJsBackend(), { seed: 1 });
  const prepared = prepare(series, { ...waveSettings, ...changes });
  const { model, curves } = await fitModel(device, prepared, schedule, silent);
  expect(curves.validation.y).toHaveLength(8);
  const test = { start: 170, end: 200 };
  const forecasts = await forecast(model, prepared, test);
  expect([...forecasts.origins]).toEqual(Array.from({ length: 30 }, (_, i) => 170 + i));
  const { model: own, baselines, coverage } = scoreForecasts(prepared, forecasts, test);
  // Those from the last rows reach beyond them.
  expect(own.steps.map(({ count }) => count)).toEqual([30, 29, 28]);
  expect(own.all.mae).toBeLessThan(baselines[0]!.all.mae / 3);
  expect(coverage.all).toBeGreaterThan(0.2);
  for (let i = 0; i < forecasts.quantiles.length; i += levels.length) {
    const one = forecasts.quantiles.slice(i, i + levels.length);
    expect(one).toEqual(one.toSorted());
  }
});

test('a forecast depends on nothing from its origin on', async () => {
  using device = new Device(createJsBackend(), { seed: 1 });
  for (const anchor of ['last', 'season'] as const) {
    const settings = { ...waveSettings, anchor };
    const prepared = prepare(series, settings);
    const model = definition.build(device, settings, prepared.scalers).eval();
    const names = series.table.names;
    const changed = {
      ...series,
      table: Table.ofNumbers(
        Object.fromEntries(
          names.map((name) => [name, series.table.numbers(name).map((x, row) => (row < 180 ? x : 1e6 + row))]),
        ),
      ),
    };
    const range = { start: 175, end: 181 };
    const before = await forecast(model, prepared, range);
    const after = await forecast(model, prepare(changed, settings), range);
    expect(before.origins.at(-1)).toBe(180);
    expect(after.quantiles).toEqual(before.quantiles);
    expect((await forecast(model, prepare(changed, settings), { start: 181, end: 182 })).quantiles).not.toEqual(
      (await forecast(model, prepared, { start: 181, end: 182 })).quantiles,
    );
  }
});

test('what cannot be forecast says why', () => {
  const with_ = (changes: Partial<Settings>) => () => prepare(series, { ...waveSettings, ...changes });
  const flat = {
    ...series,
    table: Table.ofNumbers({ load: series.table.numbers('load'), wind: new Float64Array(200) }),
  };
  expect(with_({ window: 400 })).toThrow(
    'wave: has 150 rows to train on, 20 to validate and 30 to test, expected at least 407, 3, 3, for a window of 400, a horizon of 3 and a lag of 1',
  );
  expect(with_({ horizon: 21 })).toThrow(
    '20 to validate and 30 to test, expected at least 51, 21, 21, for a window of 8',
  );
  expect(with_({ testStart: 198 })).toThrow('48 to validate and 2 to test, expected at least 15, 3, 3,');
  expect(with_({ season: 170 })).toThrow('wave: has 170 rows before the test part, expected more than a season of 170');
  expect(with_({ season: 169 })).not.toThrow();
  expect(() => prepare(flat, waveSettings)).toThrow(
    'wave: column "wind" is the same in all training rows; leave it out',
  );
  expect(with_({ target: 'wind', covariates: {}, log: true })).toThrow(
    'wave: column "wind" is 0 in row 1, expected numbers above 0 for --log',
  );
  const huge = (column: string) => () => {
    const columns = Object.fromEntries(series.table.names.map((name) => [name, series.table.numbers(name).slice()]));
    columns[column]![180] = -1e300;
    return prepare({ ...series, table: Table.ofNumbers(columns) }, waveSettings);
  };
  for (const column of ['load', 'wind']) {
    expect(huge(column)).toThrow(`wave: column "${column}" is -1e+300 in row 181, expected at most 3.4e38`);
  }
  const { scalers } = prepare(series, waveSettings);
  expect(() => prepare(waveSeries(8), waveSettings, scalers)).toThrow(
    'wave: has 8 rows, expected at least 9, for a window of 8 and a lag of 1',
  );
});

test('a training that is ended keeps the weights of the lowest validation loss', async () => {
  const prepared = prepare(series, waveSettings);
  const trainTo = async (last: number) => {
    using device = new Device(createJsBackend(), { seed: 1 });
    const controller = new AbortController();
    let validations = 0;
    const log: EventLog = {
      ...silent,
      write: ({ type }) => {
        if (type === 'validation' && ++validations === last) controller.abort();
      },
    };
    const rough = { ...schedule, learningRate: 0.3 };
    const { model, curves, interrupted } = await fitModel(device, prepared, rough, log, controller.signal);
    return { weights: await model.head.weight.data(), losses: curves.validation.y, interrupted };
  };
  const [best, later] = [await trainTo(5), await trainTo(6)];
  expect(later.losses.indexOf(Math.min(...later.losses))).toBe(4);
  expect(later.losses).toHaveLength(6);
  expect(later.weights).toEqual(best.weights);
  expect([best.interrupted, later.interrupted]).toEqual(['after step 45 of 72', 'after step 54 of 72']);
});

test('a training that diverges says so', async () => {
  using device = new Device(createJsBackend(), { seed: 1 });
  const prepared = prepare(series, waveSettings);
  const training = fitModel(device, prepared, { ...schedule, learningRate: 1e38 }, silent);
  await expect(training).rejects.toThrow(/^the training diverged, and nothing is saved; try a lower --learning-rate: /);
});

test('dates go on by their calendar, whatever the horizon', () => {
  const go = (dates: string[], horizon: number) => {
    const times = Float64Array.from(dates, (date) => Date.parse(date));
    const last = [times.at(-2)!, times.at(-1)!] as const;
    // The dates of a series before them, by the same steps.
    const frequency = detectFrequency(times);
    const { table } = waveSeries(200);
    const ends = Float64Array.from({ length: 200 }, (_, row) => (row < 198 ? row - 1e13 : last[row - 198]!));
    const { dates: all } = prepare({ name: 'dates', table, dates: ends, frequency }, { ...waveSettings, horizon });
    return Array.from(all!.subarray(200), (time) => formatTime(time));
  };
  expect(go(['2023-12-31', '2024-01-31'], 3)).toEqual(['2024-02-29', '2024-03-31', '2024-04-30']);
  expect(go(['2023-10-01', '2024-01-01'], 3)).toEqual(['2024-04-01', '2024-07-01', '2024-10-01']);
  expect(go(['2024-01-01', '2024-02-01'], 2)).toEqual(['2024-03-01', '2024-04-01']);
  // A Monday, and then Wednesday to Friday: stocks go on with Monday.
  expect(go(['2024-01-05', '2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'], 2)).toEqual([
    '2024-01-15',
    '2024-01-16',
  ]);
  expect(go(['2024-01-01T00:00Z', '2024-01-01T00:30Z', '2024-01-01T01:00Z'], 2)).toEqual([
    '2024-01-01 01:30',
    '2024-01-01 02:00',
  ]);
});

test('changes that only rounding tells apart are none', () => {
  const line = Float64Array.from({ length: 200 }, (_, row) => 100 + 0.1 * row);
  const straight = { ...series, table: Table.ofNumbers({ load: line }) };
  const settings = { ...waveSettings, covariates: {}, level: false };
  expect(() => prepare(straight, settings)).toThrow('column "load" changes by the same amount in all training rows');
  const growth = { ...series, table: Table.ofNumbers({ load: line.map((_, row) => 3 * 1.01 ** row) }) };
  expect(() => prepare(growth, { ...settings, log: true })).toThrow('changes by the same amount in all training rows');
  expect(() => prepare(growth, settings)).not.toThrow();
});
