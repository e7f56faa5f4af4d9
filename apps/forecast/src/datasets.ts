import type { Settings } from './settings.ts';

/** How long and how fast to train. */
export interface Schedule {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** What a data set is forecast with, unless options say otherwise. */
export interface Dataset {
  readonly title: string;
  readonly file: string;
  /** The test part: from this date on, or this share of the rows at the end. */
  readonly test: string | number;
  readonly settings: Omit<Settings, 'dataset' | 'validationStart' | 'testStart'>;
  readonly schedule: Schedule;
  /** Whether rows count as evenly spaced although some dates are missing. */
  readonly uneven?: Uneven;
}

/** What becomes of dates that are not evenly spaced: an error, or rows count as if they were. */
export type Uneven = 'refuse' | 'accept';

const network = { cell: 'lstm', hidden: 32, layers: 1, dropout: 0, head: 'quantile' } as const;

export const datasets = {
  weather: {
    title: 'Seattle weather: highest temperature of the day',
    file: 'seattle-weather.csv',
    test: '2015-01-01',
    settings: {
      ...network,
      target: 'temp_max',
      date: 'date',
      unit: '°C',
      covariates: { temp_min: 'standard', precipitation: 'log1p', wind: 'standard' },
      calendar: { dayOfYear: 'cyclic' },
      log: false,
      level: true,
      season: 365,
      anchor: 'last',
      window: 30,
      horizon: 7,
    },
    schedule: { epochs: 12, batch: 32, learningRate: 0.003, weightDecay: 0.01 },
  },
  stocks: {
    title: 'S&P 500: closing price of the day',
    file: 'sp500-2000.csv',
    test: 0.15,
    // On holidays there is no price.
    uneven: 'accept',
    settings: {
      ...network,
      target: 'close',
      date: 'date',
      unit: 'points',
      covariates: {},
      calendar: { dayOfWeek: 'cyclic' },
      log: true,
      level: false,
      season: 5,
      anchor: 'last',
      window: 20,
      horizon: 5,
    },
    schedule: { epochs: 10, batch: 64, learningRate: 0.002, weightDecay: 0.01 },
  },
  co2: {
    title: 'Mauna Loa: CO2 of the month',
    file: 'co2-concentration.csv',
    test: 0.2,
    // June and October 1958 and February to April 1964 were not measured.
    uneven: 'accept',
    settings: {
      ...network,
      target: 'CO2',
      date: 'Date',
      unit: 'ppm',
      covariates: {},
      calendar: { month: 'cyclic' },
      log: false,
      level: false,
      season: 12,
      anchor: 'season',
      window: 60,
      horizon: 12,
    },
    schedule: { epochs: 40, batch: 32, learningRate: 0.003, weightDecay: 0.01 },
  },
  electricity: {
    title: 'Electricity demand of England and Wales, half-hours of summer 2000',
    file: 'r-cran-forecast',
    test: 0.2,
    settings: {
      ...network,
      target: 'demand',
      date: 'date',
      unit: 'MW',
      covariates: {},
      calendar: { hour: 'cyclic' },
      log: true,
      level: false,
      season: 336,
      anchor: 'season',
      window: 48,
      horizon: 48,
    },
    schedule: { epochs: 8, batch: 32, learningRate: 0.003, weightDecay: 0.01 },
  },
} as const satisfies Record<string, Dataset>;

export type DatasetName = keyof typeof datasets;

export const datasetNames = Object.keys(datasets) as DatasetName[];
