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
