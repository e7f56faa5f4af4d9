import { FormatError, OptionError, quote } from '@sluice/core';
import { fillGaps } from '../fill-gaps.ts';
import { type Column, isMissing } from './column.ts';
import { Table } from './table.ts';
import { columnOf, valuesOf } from './typed-column.ts';

/**
 * What stands for a missing number:
 * - `previous`: the last one before it;
 * - `linear`: the straight line, over the row numbers (`resample` first where rows are uneven), from the last one before it to the first one
 *   after it. It looks ahead: where that must not happen, as across the split between training and test rows, use `previous` or fill each
 *   part by itself;
 * - a number: always this one.
 */
export type FillPolicy = 'previous' | 'linear' | number;

/** How many cells of each column are missing, by name. */
export function countMissing(table: Table): Record<string, number> {
  const rows = Array.from({ length: table.length }, (_, row) => row);
  return Object.fromEntries(
    [...table.columns].map(([name, column]) => [name, rows.filter((row) => isMissing(column, row)).length]),
  );
}

/**
 * The rows in which no cell is missing. What follows a gap then stands next to what precedes it: for series that are to be cut into
 * windows, `fillMissing` keeps the steps of time even.
 * @param names the columns to look at. Default: all
 * @throws IndexError for an unknown name
 */
export function dropMissing(table: Table, names: readonly string[] = table.names): Table {
  const columns = names.map((name) => columnOf('dropMissing', table.columns, name));
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) {
    if (!columns.some((column) => isMissing(column, row))) rows.push(row);
  }
  return table.take(rows);
}

/**
 * Fills what is missing in number columns.
 * @param policies by column name; the other columns stay as they are
 * @example
 * const table = Table.ofNumbers({ load: [1, Number.NaN, 3], rain: [0, Number.NaN, 2] });
 * const filled = fillMissing(table, { load: 'linear', rain: 0 });
 * @throws FormatError when there is no number before (for `previous` and `linear`) or after (for `linear`) a missing one, or for a column of
 *   another type; IndexError for an unknown name; OptionError for an unknown policy
 */
export function fillMissing(table: Table, policies: Readonly<Record<string, FillPolicy>>): Table {
  const filled = new Map<string, Column>(table.columns);
  for (const [name, policy] of Object.entries(policies)) {
    filled.set(name, {
      type: 'number',
      values: fill(name, valuesOf('fillMissing', table.columns, name, 'number'), policy),
    });
  }
  return new Table(filled);
}

function fill(name: string, given: Float64Array, policy: FillPolicy): Float64Array {
  if (typeof policy === 'number') return given.map((value) => (Number.isNaN(value) ? policy : value));
  if (policy !== 'previous' && policy !== 'linear') {
    const problem = { operation: 'fillMissing', argument: `policy of ${quote(name)}` };
    throw new OptionError({ ...problem, got: `is ${String(policy)}`, expected: 'previous, linear or a number' });
  }
  const values = given.slice();
  fillGaps(values, policy);
  const row = values.findIndex(Number.isNaN);
  if (row >= 0) refuse(name, row, policy, row === 0 ? 'before' : 'after');
  return values;
}

function refuse(name: string, row: number, policy: string, side: string): never {
  throw new FormatError({
    operation: 'fillMissing',
    argument: `column ${quote(name)}`,
    got: `has no number ${side} row ${row}`,
    expected: `one for the policy ${policy}: cut these rows off or fill them with a number`,
  });
}
