import {
  createDataArray,
  type FloatDType,
  FormatError,
  formatShape,
  IndexError,
  OptionError,
  ShapeError,
  type TensorData,
} from '@sluice/core';
import { parseScaler, type ScalerJson } from './scaler-json.ts';

/** How the numbers x of a column become (x - shift) / scale; `log1p` first takes log(1 + x). */
export type ScalingMethod = 'standard' | 'minMax' | 'robust' | 'log1p' | 'none';

/** What was fitted for one column. */
export interface ColumnScaling {
  readonly method: ScalingMethod;
  readonly shift: number;
  /** Above 0. */
  readonly scale: number;
}

export interface ScalerOptions {
  /**
   * One method for all columns, or one for each. Default `standard`.
   * - `standard`: shift is the mean, scale the standard deviation (of the population: divided by the count).
   * - `minMax`: shift is the least number, scale the range, so that what was fitted lies between 0 and 1.
   * - `robust`: shift is the median, scale the range between the quartiles (interpolated linearly), which outliers do not move.
   * - `log1p`: `standard` of log(1 + x), for amounts of at least 0 with a long tail, as of rain.
   * - `none`: as it is, for what is scaled already, as calendar features are.
   */
  readonly method?: ScalingMethod | readonly ScalingMethod[];
}

const operation = 'Scaler';

/**
 * Brings columns of numbers to a common size, and back. Fit it on training rows only, save it with the model, and let `invert` bring predictions
 * back. A missing number (NaN) is left out when fitting and stays missing.
 * @example
 * const train = Table.ofNumbers({ load: [1, 2, 3], rain: [0, 0.5, 9] }).matrix();
 * const scaler = Scaler.fit(train, { method: ['standard', 'log1p'] });
 * const inputs = scaler.transform(train);
 * const back = scaler.invert(inputs);
 */
export class Scaler {
  /** For each column. */
  readonly columns: readonly ColumnScaling[];

  private constructor(columns: readonly ColumnScaling[]) {
    this.columns = columns;
  }

  /**
   * @param data [..., columns]; the numbers to measure, usually the training rows of a matrix
   * @throws FormatError naming the column when its scale would be 0, because it is constant (for `robust`: its middle half is) or has no number at
   *   all, or when `log1p` meets a number of at most -1; OptionError for an unknown method or another number of them than of columns
   */
  static fit(data: TensorData, options: ScalerOptions = {}): Scaler {
    const count = columnsOf('data', data);
    const { method = 'standard' } = options;
    const methods = typeof method === 'string' ? Array.from({ length: count }, () => method) : method;
    if (methods.length !== count) {
      const expected = `${count}, one for each column`;
      throw new OptionError({ operation, argument: 'method', got: `has ${methods.length} entries`, expected });
    }
    return new Scaler(methods.map((of, column) => fitColumn(of, column, everyNth(data.data, count, column))));
  }

  /**
   * The inverse of `toJSON`.
   * @param source names the value in errors, e.g. the file it came from
   * @throws FormatError when the value is not a scaler
   */
  static fromJSON(value: unknown, source = 'Scaler.fromJSON'): Scaler {
    return new Scaler(parseScaler(value, source));
  }

  /**
   * The scaler of some of the columns, e.g. of those that a model predicts. A column may be chosen more than once: for quantiles [..., 3] of
   * column 0, `select([0, 0, 0])`. A standard deviation grows back by `columns[0].scale` alone.
   * @throws IndexError when there is no such column
   */
  select(columns: readonly number[]): Scaler {
    return new Scaler(
      columns.map((column) => {
        const scaling = this.columns[column];
        if (scaling) return scaling;
        const expected = `a whole number from 0 to ${this.columns.length - 1}`;
        throw new IndexError({ operation, argument: 'column', got: `is ${column}`, expected });
      }),
    );
  }

  /**
   * @param data [..., columns]
   * @param dtype default float32, which layers take
   * @throws ShapeError when the last axis is not that of the columns
   */
  transform(data: TensorData, dtype: FloatDType = 'float32'): TensorData {
    return this.#map(
      data,
      dtype,
      ({ method, shift, scale }, x) => ((method === 'log1p' ? Math.log1p(x) : x) - shift) / scale,
    );
  }

  /**
   * The inverse of `transform`, in float64: equal to what was transformed up to rounding.
   * @param data [..., columns], e.g. predictions [horizon, batch, columns]
   * @throws ShapeError when the last axis is not that of the columns
   */
  invert(data: TensorData): TensorData {
    return this.#map(data, 'float64', ({ method, shift, scale }, y) => {
      const x = y * scale + shift;
      return method === 'log1p' ? Math.expm1(x) : x;
    });
  }

  /** Plain data for `JSON.stringify`; `fromJSON` reads it back, exactly. */
  toJSON(): ScalerJson {
    return { columns: this.columns };
  }

  #map(data: TensorData, dtype: FloatDType, change: (scaling: ColumnScaling, value: number) => number): TensorData {
    const count = this.columns.length;
    if (columnsOf('data', data) !== count) {
      const got = `has shape ${formatShape(data.shape)}`;
      throw new ShapeError({ operation, argument: 'data', got, expected: `[..., ${count}], as it was fitted on` });
    }
    const scaled = createDataArray(dtype, data.data.length);
    for (let i = 0; i < scaled.length; i++) scaled[i] = change(this.columns[i % count]!, data.data[i]!);
    return { dtype, shape: data.shape, data: scaled };
  }
}

function columnsOf(argument: string, data: TensorData): number {
  const count = data.shape.at(-1);
  if (count !== undefined) return count;
  throw new ShapeError({ operation, argument, got: 'has shape []', expected: '[..., columns]' });
}

/** The numbers of a column, those that are missing left out. */
function everyNth(data: ArrayLike<number>, count: number, column: number): Float64Array {
  const values = Array.from({ length: data.length / count }, (_, row) => data[row * count + column]);
  return Float64Array.from(values.filter((value) => !Number.isNaN(value)));
}

function fitColumn(method: ScalingMethod, column: number, values: Float64Array): ColumnScaling {
  const refuse = (got: string, expected: string): never => {
    throw new FormatError({ operation, argument: `column ${column}`, got, expected });
  };
  if (method === 'none') return { method, shift: 0, scale: 1 };
  if (values.length === 0) refuse('has no number', 'some');
  const infinite = values.find((value) => !Number.isFinite(value));
  if (infinite !== undefined) refuse(`holds ${infinite}`, 'finite numbers');
  if (method === 'log1p') {
    const small = values.find((value) => value <= -1);
    if (small !== undefined) refuse(`holds ${small}`, 'numbers above -1 for log1p');
  }
  const { shift, scale } = measure(method, values);
  // What a constant column's rounding leaves is no scale.
  if (scale > Number.EPSILON * 4 * Math.abs(shift)) return { method, shift, scale };
  const [least, greatest] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (least === greatest) return refuse(`is ${least} in every row`, 'at least two different numbers: leave it out');
  return refuse(`has no spread that ${method} can measure around ${shift}`, 'another method');
}

function measure(method: ScalingMethod, values: Float64Array): { shift: number; scale: number } {
  switch (method) {
    case 'log1p':
      return standard(values.map(Math.log1p));
    case 'standard':
      return standard(values);
    case 'minMax': {
      const least = values.reduce((a, b) => Math.min(a, b));
      return { shift: least, scale: values.reduce((a, b) => Math.max(a, b)) - least };
    }
    case 'robust': {
      const sorted = values.toSorted();
      return { shift: quantile(sorted, 0.5), scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
    }
    default: {
      const expected = 'standard, minMax, robust, log1p or none';
      throw new OptionError({ operation, argument: 'method', got: `is ${String(method)}`, expected });
    }
  }
}

function standard(values: Float64Array): { shift: number; scale: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { shift: mean, scale: Math.sqrt(variance) };
}

/** Interpolated linearly between the two nearest ranks (Hyndman & Fan 1996, definition 7). */
function quantile(sorted: Float64Array, probability: number): number {
  const rank = probability * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (rank - below) * (sorted[above]! - sorted[below]!);
}
