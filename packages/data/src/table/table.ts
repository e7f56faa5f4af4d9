import {
  createDataArray,
  type DType,
  FormatError,
  IndexError,
  quote,
  readOptions,
  ShapeError,
  type TensorData,
} from '@sluice/core';
import { type Column, isMissing, sliceColumn, takeRows } from './column.ts';
import { columnOf, refuseSpoiled, refuseType, valuesOf } from './typed-column.ts';

/** What a cell reads as: a missing one is null. */
export type Cell = number | string | Date | null;

export interface MatrixOptions {
  /** Element type. Default float64, which holds what the columns hold; a `Scaler` makes float32 of it. */
  readonly dtype?: DType | undefined;
  /** Leave missing numbers as NaN. Default false: they are an error. */
  readonly allowMissing?: boolean | undefined;
}

/**
 * Rows and named columns, each of one type. A table does not change: all that changes something gives a new table, which shares what it can.
 * Its `length` and `slice` make `splitInOrder` work on it.
 */
export class Table {
  /** Rows. */
  readonly length: number;
  /** The columns by name, in order. */
  readonly columns: ReadonlyMap<string, Column>;

  /**
   * @param columns names and columns, in order
   * @throws FormatError when two have one name; ShapeError when they differ in length
   */
  constructor(columns: Iterable<readonly [string, Column]>) {
    const map = new Map<string, Column>();
    let length: number | undefined;
    for (const [name, column] of columns) {
      const argument = `column ${quote(name)}`;
      if (map.has(name)) {
        throw new FormatError({ operation: 'Table', argument, got: 'stands twice', expected: 'each name once' });
      }
      length ??= column.values.length;
      if (column.values.length !== length) {
        const got = `has ${column.values.length} rows`;
        throw new ShapeError({ operation: 'Table', argument, got, expected: `${length}, as the first column` });
      }
      map.set(name, column);
    }
    this.columns = map;
    this.length = length ?? 0;
  }

  /**
   * A table of number columns, in the order that objects give names in: whole numbers first, by size. `select` puts them in another.
   * @example
   * const table = Table.ofNumbers({ day: [1, 2, 3], load: [0.5, Number.NaN, 0.7] });
   * @throws ShapeError when the columns differ in length
   */
  static ofNumbers(columns: Readonly<Record<string, Iterable<number>>>): Table {
    return new Table(
      Object.entries(columns).map(([name, values]) => [name, { type: 'number', values: Float64Array.from(values) }]),
    );
  }

  get names(): readonly string[] {
    return [...this.columns.keys()];
  }

  /** @throws IndexError when there is no column of that name */
  column(name: string): Column {
    return columnOf('column', this.columns, name);
  }

  /**
   * The values of a number column, NaN where one is missing.
   * @throws IndexError when there is no such column; FormatError when it is of another type
   */
  numbers(name: string): Float64Array {
    return valuesOf('numbers', this.columns, name, 'number');
  }

  /**
   * The points in time of a date column, in milliseconds since 1970, NaN where one is missing.
   * @throws IndexError when there is no such column; FormatError when it is of another type
   */
  dates(name: string): Float64Array {
    return valuesOf('dates', this.columns, name, 'date');
  }

  /**
   * The texts of a string or category column, null where one is missing.
   * @throws IndexError when there is no such column; FormatError when it is of another type
   */
  strings(name: string): readonly (string | null)[] {
    const column = columnOf('strings', this.columns, name);
    if (column.type === 'string') return column.values;
    if (column.type !== 'category')
      return refuseType('strings', name, `is of type ${column.type}`, 'string or category');
    return Array.from(column.values, (code) => column.categories[code] ?? null);
  }

  /**
   * Number columns side by side.
   * @param names default: all number columns, in order
   * @returns [rows, columns]
   * @throws IndexError for an unknown name; FormatError for a column of another type, or naming the first cell that is missing; without names, also
   *   for a column that was read and is of texts although more than half of its cells are numbers, naming the first that is not. OptionError for an option
   *   that is none
   */
  matrix(names?: readonly string[], options: MatrixOptions = {}): TensorData {
    const { dtype, allowMissing } = readOptions('matrix', options, { dtype: 'float64', allowMissing: false });
    const chosen = names ?? this.#numberColumns();
    const data = createDataArray(dtype, this.length * chosen.length);
    for (const [place, name] of chosen.entries()) {
      const values = valuesOf('matrix', this.columns, name, 'number');
      for (let row = 0; row < this.length; row++) {
        if (!allowMissing && Number.isNaN(values[row])) {
          const expected = 'a number in every row: fillMissing, dropMissing, or allowMissing';
          refuseType('matrix', name, `has none in row ${row}`, expected);
        }
        data[row * chosen.length + place] = values[row]!;
      }
    }
    return { dtype, shape: [this.length, chosen.length], data };
  }

  /**
   * Some of the columns, in this order.
   * @throws IndexError for an unknown name
   */
  select(names: readonly string[]): Table {
    return new Table(names.map((name) => [name, columnOf('select', this.columns, name)]));
  }

  /** Rows from `start` up to `end`, which is left out; counted as `Array.slice` counts. */
  slice(start: number, end: number = this.length): Table {
    return this.#map((column) => sliceColumn(column, start, end));
  }

  /**
   * Some of the rows, in this order.
   * @throws IndexError when there is no such row
   */
  take(rows: Iterable<number>): Table {
    const order = Int32Array.from(rows, (row) => this.#checkRow('take', row));
    return this.#map((column) => takeRows(column, order));
  }

  /**
   * This table's columns and then those of another of as many rows.
   * @throws ShapeError when the rows differ; FormatError when both have a column of one name
   */
  beside(other: Table): Table {
    return new Table([...this.columns, ...other.columns]);
  }

  /**
   * One row, by column name.
   * @throws IndexError when there is no such row
   */
  row(index: number): Record<string, Cell> {
    this.#checkRow('row', index);
    return Object.fromEntries([...this.columns].map(([name, column]) => [name, cellOf(column, index)]));
  }

  #map(change: (column: Column) => Column): Table {
    return new Table([...this.columns].map(([name, column]) => [name, change(column)]));
  }

  #checkRow(operation: string, row: number): number {
    if (Number.isInteger(row) && row >= 0 && row < this.length) return row;
    const expected = `a whole number from 0 to ${this.length - 1}`;
    throw new IndexError({ operation, argument: 'row', got: `is ${row}`, expected });
  }

  /** @throws FormatError for a column that is of numbers but for few cells */
  #numberColumns(): string[] {
    const names: string[] = [];
    for (const [name, column] of this.columns) {
      if (column.type === 'number') names.push(name);
      if (column.type === 'string') refuseSpoiled('matrix', name, column);
    }
    return names;
  }
}

function cellOf(column: Column, row: number): Cell {
  if (isMissing(column, row)) return null;
  if (column.type === 'date') return new Date(column.values[row]!);
  return column.type === 'category' ? column.categories[column.values[row]!]! : column.values[row]!;
}
