/** Numbers; a missing one is NaN. */
export interface NumberColumn {
  readonly type: 'number';
  /** [rows] */
  readonly values: Float64Array;
}

/** Points in time; a missing one is NaN. */
export interface DateColumn {
  readonly type: 'date';
  /** [rows], milliseconds since 1970 in UTC, as of `Date.getTime` */
  readonly values: Float64Array;
}

/** Texts; a missing one is null. */
export interface StringColumn {
  readonly type: 'string';
  /** [rows] */
  readonly values: readonly (string | null)[];
  /** Of a column that was read and whose type was not declared: why it holds texts. */
  readonly inference?: Inference | undefined;
}

/** What the cells of a column are that was inferred to hold texts. */
export interface Inference {
  /** What more than half of the cells are that are not missing. */
  readonly mostly: 'number' | 'date' | 'string';
  /** The first cell that is no number, and the first that is no date, e.g. `line 7 is "1x"`. */
  readonly first: { readonly number: string; readonly date: string };
}

/** Texts out of a fixed list; a missing one is -1. */
export interface CategoryColumn {
  readonly type: 'category';
  /** [rows], places in `categories` */
  readonly values: Int32Array;
  readonly categories: readonly string[];
}

export type Column = NumberColumn | DateColumn | StringColumn | CategoryColumn;

/** Whether the cell of a row is missing. */
export function isMissing(column: Column, row: number): boolean {
  if (column.type === 'string') return column.values[row] === null;
  return column.type === 'category' ? column.values[row]! < 0 : Number.isNaN(column.values[row]);
}

/** The column at some rows, in their order. */
export function takeRows(column: Column, rows: Int32Array): Column {
  switch (column.type) {
    case 'string':
      return { ...column, values: Array.from(rows, (row) => column.values[row]!) };
    case 'category':
      return { ...column, values: rows.map((row) => column.values[row]!) };
    default:
      return { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) };
  }
}

export function sliceColumn(column: Column, start: number, end: number): Column {
  return { ...column, values: column.values.slice(start, end) } as Column;
}

/**
 * The column of `length` rows in which the row `rows[i]` is row i of this one; all others are missing.
 * @param rows rising
 */
export function spreadRows(column: Column, rows: readonly number[], length: number): Column {
  if (rows.length === length) return column;
  const spread = <T extends { [row: number]: unknown }>(values: T, from: ArrayLike<unknown>): T => {
    for (const [i, row] of rows.entries()) (values as Record<number, unknown>)[row] = from[i];
    return values;
  };
  switch (column.type) {
    case 'string':
      return { ...column, values: spread(new Array<string | null>(length).fill(null), column.values) };
    case 'category':
      return { ...column, values: spread(new Int32Array(length).fill(-1), column.values) };
    default:
      return { ...column, values: spread(new Float64Array(length).fill(Number.NaN), column.values) };
  }
}
