import {
  createDataArray,
  type FloatDType,
  FormatError,
  formatShape,
  IndexError,
  isFloat,
  OptionError,
  readOptions,
  ShapeError,
  sizeOf,
  type TensorData,
} from '@sluice/core';
import { type ColumnScaling, fitColumn, type ScalingMethod, scalingMethods } from './scaler-column.ts';
import { parseScaler, type ScalerJson } from './scaler-json.ts';

export interface ScalerOptions {
  /**
   * One method for all columns, or one for each. Default `standard`.
   * - `standard`: shift is the mean, scale the standard deviation (of the population: divided by the count).
   * - `minMax`: shift is the least number, scale the range, so that what was fitted lies between 0 and 1.
   * - `robust`: shift is the median, scale the range between the quartiles (interpolated linearly), which outliers do not move.
   * - `log1p`: `standard` of log(1 + x), for amounts of at least 0 with a long tail, as of rain.
   * - `none`: as it is, for what is scaled already, as calendar features are.
   */
  readonly method?: ScalingMethod | readonly ScalingMethod[] | undefined;
}

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
   * @throws FormatError naming the column when it is constant (for `robust`: its middle half is; for `log1p`: its logarithms are), holds no number or an
   *   infinite one, or spreads so little or so far that floats cannot tell (a standard deviation or interquartile range of at most 4 units in the last
   *   place of mean or median, or below 2^-1022; a range beyond 1.8e308), or when `log1p` meets a number of at most -1; OptionError for an unknown
   *   method or another number of them than of columns
   */
  static fit(data: TensorData, options: ScalerOptions = {}): Scaler {
    const operation = 'Scaler.fit';
    const { method } = readOptions(operation, options, { method: 'standard' });
    const count = columnsOf(operation, data);
    const methods = typeof method === 'string' ? Array.from({ length: count }, () => method) : method;
    if (methods.length !== count) {
      const expected = `${count}, one for each column`;
      throw new OptionError({ operation, argument: 'method', got: `has ${methods.length} entries`, expected });
    }
    for (const [column, of] of methods.entries()) {
      if (scalingMethods.includes(of)) continue;
      const argument = typeof method === 'string' ? 'method' : `method[${column}]`;
      throw new OptionError({ operation, argument, got: `is ${String(of)}`, expected: scalingMethods.join(', ') });
    }
    return new Scaler(
      methods.map((of, column) => fitColumn(operation, of, column, numbersOf(data.data, count, column))),
    );
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
        throw new IndexError({ operation: 'Scaler.select', argument: 'column', got: `is ${column}`, expected });
      }),
    );
  }

  /**
   * @param data [..., columns]
   * @param dtype default float32, which layers take
   * @throws OptionError for a dtype that is no float; ShapeError when the last axis is not that of the columns; FormatError naming the first number that has no finite image in the dtype: an infinite
   *   one, one too far from what was fitted, or one of at most -1 for `log1p`
   */
  transform(data: TensorData, dtype: FloatDType = 'float32'): TensorData {
    const operation = 'Scaler.transform';
    if (!isFloat(dtype)) {
      const got = `is ${String(dtype)}`;
      throw new OptionError({ operation, argument: 'dtype', got, expected: 'float32 or float64' });
    }
    const scaled = this.#map(
      operation,
      data,
      dtype,
      ({ method, shift, scale }, x) => ((method === 'log1p' ? Math.log1p(x) : x) - shift) / scale,
    );
    const lost = scaled.data.findIndex((value, i) => !Number.isFinite(value) && !Number.isNaN(data.data[i]));
    if (lost < 0) return scaled;
    const { length } = this.columns;
    const { method } = this.columns[lost % length]!;
    const argument = `column ${lost % length}`;
    const got = `holds ${data.data[lost]} in row ${Math.floor(lost / length)}`;
    const near = `numbers near those that were fitted, finite in ${dtype}`;
    const expected = method === 'log1p' && data.data[lost]! <= -1 ? 'numbers above -1 for log1p' : near;
    throw new FormatError({ operation, argument, got, expected });
  }

  /**
   * The inverse of `transform`, in float64: equal to what was transformed up to rounding. Infinite where that is beyond 1.8e308, as for `log1p` of a
   * prediction far off.
   * @param data [..., columns], e.g. predictions [horizon, batch, columns]
   * @throws ShapeError when the last axis is not that of the columns
   */
  invert(data: TensorData): TensorData {
    return this.#map('Scaler.invert', data, 'float64', ({ method, shift, scale }, y) => {
      const x = y * scale + shift;
      return method === 'log1p' ? Math.expm1(x) : x;
    });
  }

  /** Plain data for `JSON.stringify`; `fromJSON` reads it back, exactly. */
  toJSON(): ScalerJson {
    return { columns: this.columns };
  }

  #map(
    operation: string,
    data: TensorData,
    dtype: FloatDType,
    change: (scaling: ColumnScaling, value: number) => number,
  ): TensorData {
    const count = this.columns.length;
    if (columnsOf(operation, data) !== count) {
      const got = `has shape ${formatShape(data.shape)}`;
      throw new ShapeError({ operation, argument: 'data', got, expected: `[..., ${count}], as it was fitted on` });
    }
    const scaled = createDataArray(dtype, data.data.length);
    for (let i = 0; i < scaled.length; i++) scaled[i] = change(this.columns[i % count]!, data.data[i]!);
    return { dtype, shape: data.shape, data: scaled };
  }
}

function columnsOf(operation: string, data: TensorData): number {
  const count = data.shape.at(-1);
  if (count !== undefined && sizeOf(data.shape) === data.data.length) return count;
  const got = `has shape ${formatShape(data.shape)}${count === undefined ? '' : ` and ${data.data.length} elements`}`;
  throw new ShapeError({ operation, argument: 'data', got, expected: '[..., columns] and as many elements' });
}

/** The numbers of a column, those that are missing left out. */
function numbersOf(data: ArrayLike<number>, count: number, column: number): Float64Array {
  const values = new Float64Array(data.length / count);
  let found = 0;
  for (let i = column; i < data.length; i += count) if (!Number.isNaN(data[i])) values[found++] = data[i]!;
  return values.subarray(0, found);
}
