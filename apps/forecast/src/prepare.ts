import { quote, type TensorData } from '@sluice/core';
import { calendarFeatures, Scaler, type ScalingMethod, sliceRows, Table } from '@sluice/data';
import type { Series } from './data/series.ts';
import { AppError } from './errors.ts';
import { lagOf, naiveRow, type Settings } from './settings.ts';

/** How columns are scaled, fitted on training rows; saved with the model. */
export interface Scalers {
  /** Of what is known up to the origin. */
  readonly history: Scaler;
  /** Of what is known ahead. */
  readonly known: Scaler;
  /** Of what the network forecasts, a column for each step of the horizon. */
  readonly targets: Scaler;
}

/** A series as the network reads it: `rows` of the past and one horizon of the future, in which only what is known ahead has a meaning. */
export interface Prepared {
  readonly settings: Settings;
  readonly scalers: Scalers;
  readonly rows: number;
  /** [rows]: the target. */
  readonly values: Float64Array;
  /** [rows + horizon], milliseconds since 1970, if there are any. */
  readonly dates: Float64Array | undefined;
  /** [rows + horizon, columns], scaled. */
  readonly history: TensorData;
  readonly known: TensorData;
  /** The first row that a forecast can begin with. */
  readonly firstOrigin: number;
  /** What a forecast for the steps after the origin corrects, on the scale that is computed with: [horizon]. */
  anchors(origin: number): Float64Array;
  /** What the network is to say, scaled: [origins, horizon]. NaN beyond the last row. */
  targets(origins: Int32Array): TensorData;
}

/**
 * @param scalers those of a model. Default: fitted on the rows before the validation part
 * @throws AppError for a series that is too short, a column that is constant, a season that is too long, or a number that cannot be computed with
 */
export function prepare(series: Series, settings: Settings, scalers?: Scalers): Prepared {
  const { horizon, window, validationStart, log, target, covariates } = settings;
  const rows = series.table.length;
  const lag = lagOf(settings);
  const firstOrigin = lag + window;
  const values = series.table.numbers(target);
  if (!scalers) checkParts(series, settings);
  if (rows < firstOrigin) {
    throw new AppError(
      `${series.name}: has ${rows} rows, expected at least ${firstOrigin}, for a window of ${window} and a lag of ${lag}`,
    );
  }
  const isFloat = (value: number) => Number.isFinite(Math.fround(value));
  for (const column of [target, ...Object.keys(covariates)]) {
    checkValues(series, column, isFloat, 'at most 3.4e38, the range of float32');
  }
  if (log) checkValues(series, target, (value) => value > 0, 'numbers above 0 for --log');
  const scale = (value: number) => (log ? Math.log(value) : value);
  const computed = values.map(scale);
  const dates = extendDates(series, horizon);
  const history = historyTable(series, settings, computed);
  if (!scalers) checkChanging(series, settings, history, computed);
  const known = knownTable(dates, settings, rows).matrix();
  const differences = (origins: ArrayLike<number>): TensorData => {
    const data = new Float64Array(origins.length * horizon);
    for (let i = 0; i < data.length; i++) {
      const [origin, step] = [origins[Math.floor(i / horizon)]!, i % horizon];
      data[i] = (computed[origin + step] ?? Number.NaN) - computed[naiveRow(origin, step, lag)]!;
    }
    return { dtype: 'float64', shape: [origins.length, horizon], data };
  };
  const fitted = scalers ?? fit();
  return {
    settings,
    scalers: fitted,
    rows,
    values,
    dates,
    history: fitted.history.transform(history.matrix()),
    known: fitted.known.transform(known),
    firstOrigin,
    anchors: (origin) => Float64Array.from({ length: horizon }, (_, step) => computed[naiveRow(origin, step, lag)]!),
    targets: (origins) => fitted.targets.transform(differences(origins)),
  };

  function fit(): Scalers {
    const past = { start: lag, end: validationStart };
    const count = validationStart - horizon - lag + 1;
    return {
      history: Scaler.fit(sliceRows(history.matrix(), past), { method: historyMethods(settings) }),
      known: Scaler.fit(sliceRows(known, past), { method: 'none' }),
      targets: Scaler.fit(differences(Array.from({ length: count }, (_, i) => lag + i))),
    };
  }
}

/** The dates, and those of the steps after them. */
function extendDates({ dates, frequency }: Series, steps: number): Float64Array | undefined {
  if (dates === undefined || frequency === undefined) return undefined;
  const extended = new Float64Array(dates.length + steps);
  extended.set(dates);
  for (let step = 1; step <= steps; step++) {
    extended[dates.length + step - 1] = frequency.next(dates.at(-1)!, step);
  }
  return extended;
}

/** The changes of the target, its height where it is stationary, and the other columns; zeros where the future is not known. */
function historyTable(series: Series, settings: Settings, computed: Float64Array): Table {
  const total = series.table.length + settings.horizon;
  const lag = lagOf(settings);
  const changes = computed.map((value, row) => (row < lag ? 0 : value - computed[row - lag]!));
  const columns = [
    ['changes', changes] as const,
    ...(settings.level ? [['level', computed] as const] : []),
    ...Object.keys(settings.covariates).map((name) => [`column ${name}`, series.table.numbers(name)] as const),
  ];
  const extended = (values: ArrayLike<number>) => Float64Array.from({ length: total }, (_, row) => values[row] ?? 0);
  return Table.ofNumbers(Object.fromEntries(columns.map(([name, values]) => [name, extended(values)])));
}

/** A column that says nothing has no scale; changes that differ by the rounding of what they are changes of say nothing. */
function checkChanging(series: Series, settings: Settings, history: Table, computed: Float64Array): void {
  const size = computed.reduce((most, value) => Math.max(most, Math.abs(value)), settings.log ? 1 : 0);
  for (const name of history.names) {
    const values = history.numbers(name).subarray(lagOf(settings), settings.validationStart);
    const rounding = name === 'changes' ? 4 * Number.EPSILON * size : 0;
    if (values.some((value) => Math.abs(value - values[0]!) > rounding)) continue;
    const isTarget = name === 'changes' || name === 'level';
    const what = JSON.stringify(isTarget ? settings.target : name.slice('column '.length));
    const how = name === 'changes' ? 'changes by the same amount' : 'is the same';
    throw new AppError(`${series.name}: column ${what} ${how} in all training rows${isTarget ? '' : '; leave it out'}`);
  }
}

function historyMethods({ level, covariates }: Settings): ScalingMethod[] {
  return ['standard', ...(level ? (['standard'] as const) : []), ...Object.values(covariates)];
}

function knownTable(dates: Float64Array | undefined, { calendar, horizon }: Settings, rows: number): Table {
  if (dates && Object.keys(calendar).length > 0) return calendarFeatures(dates, calendar);
  // The network needs something to go on with.
  return Table.ofNumbers({ constant: new Float64Array(rows + horizon) });
}

/** Each part must hold a whole forecast, the training part several with what they begin from, and simple methods need a season before the test. */
function checkParts({ name, table }: Series, settings: Settings): void {
  const { horizon, window, season, validationStart, testStart } = settings;
  const lag = lagOf(settings);
  const parts = [validationStart, testStart - validationStart, table.length - testStart] as const;
  const needed = [lag + window + 2 * horizon, horizon, horizon] as const;
  if (parts.some((rows, i) => rows < needed[i]!)) {
    throw new AppError(
      `${name}: has ${parts[0]} rows to train on, ${parts[1]} to validate and ${parts[2]} to test, expected at least ${needed.join(', ')}, for a window of ${window}, a horizon of ${horizon} and a lag of ${lag}`,
    );
  }
  if (season >= testStart) {
    throw new AppError(`${name}: has ${testStart} rows before the test part, expected more than a season of ${season}`);
  }
}

function checkValues({ name, table }: Series, column: string, isValid: (value: number) => boolean, expected: string) {
  const values = table.numbers(column);
  const row = values.findIndex((value) => !isValid(value));
  if (row < 0) return;
  throw new AppError(`${name}: column ${quote(column)} is ${values[row]} in row ${row + 1}, expected ${expected}`);
}
