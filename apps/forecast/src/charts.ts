import type { Device } from '@sluice/core';
import { formatTime } from '@sluice/data';
import { type ChartSection, type HeatSection, rowsOf } from '@sluice/report';
import { forecastBatches } from './batches.ts';
import { type Forecasts, quantileAt } from './forecasts.ts';
import type { Forecaster } from './network.ts';
import type { Prepared } from './prepare.ts';
import { levels } from './settings.ts';

const middle = levels.indexOf(0.5);
const outer = levels.length - 1;

/** What came, and what was said of it one step before; the last rows of the forecasts. */
export function oneStepChart(prepared: Prepared, forecasts: Forecasts, most = 120): ChartSection {
  const { settings, values } = prepared;
  const from = Math.max(0, forecasts.origins.length - most);
  const at = (level: number) => quantileAt(forecasts, settings.horizon, 0, level).subarray(from);
  const origins = forecasts.origins.subarray(from);
  const x = placesOf(prepared, origins);
  return {
    ...axes(prepared),
    title: 'One step ahead',
    note: `The last ${origins.length} rows of the test part; the band should hold 80 % of what came.`,
    series: [
      { name: 'actual', x, y: Float64Array.from(origins, (row) => values[row]!) },
      { name: 'forecast', x, y: at(middle) },
    ],
    bands: [{ name: '80 % interval', x, lower: at(0), upper: at(outer) }],
  };
}

/** All steps of the forecast number `index`, after what was known then. */
export function horizonChart(prepared: Prepared, { origins, quantiles }: Forecasts, index: number): ChartSection {
  const { settings, values, rows } = prepared;
  const { horizon, window } = settings;
  const origin = origins[index]!;
  const future = Array.from({ length: horizon }, (_, step) => origin + step);
  const seen = Array.from(
    { length: Math.min(rows, origin + horizon) - origin + window },
    (_, i) => origin - window + i,
  );
  const at = (level: number) => future.map((_, step) => quantiles[(index * horizon + step) * levels.length + level]!);
  const x = placesOf(prepared, future);
  return {
    ...axes(prepared),
    title: `${horizon} steps ahead`,
    note: `Forecast from ${describe(prepared, origin)} on.`,
    series: [
      { name: 'actual', x: placesOf(prepared, seen), y: seen.map((row) => values[row]!) },
      { name: 'forecast', x, y: at(middle) },
    ],
    bands: [
      { name: '80 % interval', x, lower: at(0), upper: at(outer) },
      { name: '40 % interval', x, lower: at(1), upper: at(outer - 1) },
    ],
  };
}

/** The gates of the last layer that reads the past, over the window before `origin`. */
export async function gateMaps(
  device: Device,
  model: Forecaster,
  prepared: Prepared,
  origin: number,
): Promise<HeatSection> {
  const { cell, horizon, window, hidden } = prepared.settings;
  const gates = cell === 'lstm' ? ['forget', 'input', 'output'] : ['reset', 'update'];
  const one = forecastBatches(prepared, { start: origin, end: origin + horizon }, { batchSize: 1 });
  const maps: { name: string; values: number[][] }[] = [];
  for await (const { past } of one.epoch(0)) {
    const { activations } = device.keep(model.encoder.inspect(device.tensor(past))).at(-1);
    for (const name of gates) maps.push({ name, values: rowsOf(await activations[name]!.data(), hidden) });
    for (const tensor of Object.values(activations)) tensor.dispose();
  }
  return {
    kind: 'heat',
    title: 'Gates',
    note: `Of the ${cell.toUpperCase()} that reads the ${window} steps before ${describe(prepared, origin)}: units from top to bottom.`,
    maps,
  };
}

function axes({ settings, dates }: Prepared): Pick<ChartSection, 'kind' | 'x' | 'y'> {
  const { target, unit } = settings;
  const label = unit ? `${target} (${unit})` : target;
  return { kind: 'chart', x: { label: dates ? 'date' : 'row', time: dates !== undefined }, y: { label } };
}

function placesOf({ dates }: Prepared, rows: ArrayLike<number>): Float64Array {
  return Float64Array.from(rows, (row) => dates?.[row] ?? row + 1);
}

/** The date of a row, or its number. */
export function describe({ dates }: Pick<Prepared, 'dates'>, row: number): string {
  return dates === undefined ? `row ${row + 1}` : formatTime(dates[row]!);
}
