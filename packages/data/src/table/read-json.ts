import { FormatError } from '@sluice/core';
import { type ColumnOptions, type RawCell, TableBuilder } from './column-builder.ts';
import { Table } from './table.ts';

export interface ReadJsonOptions extends ColumnOptions {
  /** Starts errors, e.g. the file's name. Default `readJson`. */
  readonly source?: string | undefined;
}

/**
 * Reads a JSON text: a list of rows, `[{ "day": "2024-01-01", "load": 3.5 }, ...]`. The columns are all names that occur, in order of
 * appearance; a row without one of them, or with null, misses that cell. True and false are texts; numbers in a date column are milliseconds
 * since 1970.
 * @example
 * const table = readJson('[{ "day": "2024-01-01", "load": 3.5 }, { "day": "2024-01-02" }]');
 * @throws FormatError when the text is no JSON or no list of objects, or naming the row (from 0) and column of a cell that is a list or an
 *   object or not of its declared type; OptionError when `types` names no column
 */
export function readJson(text: string, options: ReadJsonOptions = {}): Table {
  const { source = 'readJson' } = options;
  const rows = parse(text, source);
  const names = new Set<string>();
  for (const [i, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      const got = `is ${JSON.stringify(row)}`;
      throw new FormatError({ operation: source, argument: `row ${i}`, got, expected: 'an object' });
    }
    for (const name of Object.keys(row)) names.add(name);
  }
  const order = [...names];
  const builder = new TableBuilder(source, order, options);
  for (const [i, row] of (rows as Record<string, unknown>[]).entries()) {
    const cells = order.map((name) => toCell(source, i, name, Object.hasOwn(row, name) ? row[name] : null));
    builder.addRow(cells, `row ${i}`);
  }
  return new Table(builder.build());
}

function parse(text: string, source: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${source}: is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (Array.isArray(value)) return value;
  throw new FormatError({ operation: source, argument: 'text', got: 'is no list', expected: 'a list of objects' });
}

function toCell(source: string, row: number, name: string, value: unknown): RawCell {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const argument = `row ${row}, column ${JSON.stringify(name)}`;
  const got = Array.isArray(value) ? 'is a list' : 'is an object';
  throw new FormatError({ operation: source, argument, got, expected: 'a number, a text, true, false or null' });
}
