import type { Frequency } from '@sluice/data';
import { loadSeries } from './data/load.ts';
import type { Series } from './data/series.ts';
import { type Dataset, datasetNames, datasets, type Schedule, type Uneven } from './datasets.ts';
import { AppError, UsageError } from './errors.ts';
import { showReading } from './reading.ts';
import type { Settings } from './settings.ts';

/** What the command line says of a training; what it leaves out the data set decides. */
export interface TrainingRequest {
  readonly dataset?: string | undefined;
  readonly csv?: string | undefined;
  readonly target?: string | undefined;
  readonly date?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly unit?: string | undefined;
  readonly log?: boolean | undefined;
  readonly season?: number | undefined;
  readonly anchor?: Settings['anchor'] | undefined;
  readonly window?: number | undefined;
  readonly horizon?: number | undefined;
  readonly cell?: Settings['cell'] | undefined;
  readonly head?: Settings['head'] | undefined;
  readonly hidden?: number | undefined;
  readonly layers?: number | undefined;
  readonly dropout?: number | undefined;
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly quick?: boolean | undefined;
  readonly uneven?: Uneven | undefined;
  readonly seed: number;
}

export interface Plan {
  readonly title: string;
  readonly series: Series;
  readonly settings: Settings;
  readonly schedule: Schedule & { readonly seed: number };
}

/** Of the rows before the test part. */
const validationShare = 0.15;

/** Reads the data and decides what to train, before anything is written. */
export async function planTraining(request: TrainingRequest): Promise<Plan> {
  const { csv, dataset: name = 'weather', seed, quick, uneven } = request;
  const dataset = csv === undefined ? named(name) : ownFile(csv, request);
  const chosen = { ...dataset.settings, ...given(request, Object.keys(dataset.settings)) };
  const covariates = Object.fromEntries(
    Object.entries(chosen.covariates).filter(([column]) => column !== chosen.target),
  );
  const settings = { ...chosen, covariates, dataset: csv === undefined ? name : 'csv' };
  using reading = showReading();
  const series = await loadSeries(settings, { csv, uneven, onProgress: reading.onProgress });
  const { season, calendar } = csv !== undefined && series.frequency ? cycleOf(series.frequency) : settings;
  const testStart = testStartOf(series, dataset.test);
  const schedule = { ...dataset.schedule, ...given(request, Object.keys(dataset.schedule)), seed };
  return {
    title: dataset.title,
    series,
    settings: withParts({ ...settings, calendar, season: request.season ?? season }, testStart),
    schedule: quick ? { ...schedule, epochs: Math.max(3, Math.round(schedule.epochs / 4)) } : schedule,
  };
}

/** The settings for a test part that begins with this row. */
export function withParts<S extends Dataset['settings'] & Pick<Settings, 'dataset'>>(
  settings: S,
  testStart: number,
): Settings {
  return { ...settings, testStart, validationStart: Math.floor(testStart * (1 - validationShare)) };
}

function named(name: string): Dataset {
  if (Object.hasOwn(datasets, name)) return datasets[name as keyof typeof datasets];
  throw new UsageError(
    `--dataset is ${name}, expected ${datasetNames.join(', ')}; your own data: --csv FILE --target COLUMN`,
  );
}

/** Only what is given. */
function given(request: TrainingRequest, names: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(request).filter(([name, value]) => names.includes(name) && value !== undefined),
  );
}

const defaults = { ...datasets.weather.settings, covariates: {}, calendar: {}, level: false, log: false } as const;

function ownFile(csv: string, { target, date, columns = [] }: TrainingRequest): Dataset {
  if (target === undefined) throw new UsageError(`--csv needs --target COLUMN, the column of ${csv} to forecast`);
  return {
    title: `${target} of ${csv}`,
    file: csv,
    test: 0.2,
    settings: {
      ...defaults,
      target,
      unit: '',
      date: date ?? null,
      covariates: Object.fromEntries(columns.map((column) => [column, 'standard'])),
      season: 1,
    },
    schedule: { epochs: 20, batch: 32, learningRate: 0.003, weightDecay: 0.01 },
  };
}

/** What repeats itself, by the steps from date to date. */
function cycleOf(frequency: Frequency): Pick<Settings, 'season' | 'calendar'> {
  const days = (frequency.next(0, 2) - frequency.next(0)) / 86_400_000;
  return { season: frequency.seasons[0] ?? 1, calendar: calendarOf(days) };
}

/** Features that differ from step to step. */
function calendarOf(days: number): Settings['calendar'] {
  if (days < 1) return { hour: 'cyclic', dayOfWeek: 'cyclic' };
  if (days < 7) return { dayOfWeek: 'cyclic', dayOfYear: 'cyclic' };
  if (days < 28) return { dayOfYear: 'cyclic' };
  return days < 360 ? { month: 'cyclic' } : {};
}

function testStartOf({ name, table, dates }: Series, test: Dataset['test']): number {
  if (typeof test === 'number') return Math.floor(table.length * (1 - test));
  const start = dates?.findIndex((date) => date >= Date.parse(test)) ?? -1;
  if (start > 0) return start;
  throw new AppError(`${name}: has no rows before and after ${test}, where the test part begins`);
}
