import { FormatError, OptionError, quote } from '@sluice/core';
import { listOf } from '../check.ts';
import type { CellFormat, CellParsers } from './cell-format.ts';
import type { Column } from './column.ts';
import { type Builder, builderOf, type ColumnType, type RawCell } from './column-builder.ts';
import { mostCells } from './csv-scanner.ts';

export interface ColumnOptions extends CellFormat {
  /**
   * Types of columns by name. Default, for each column that is not named: number when all cells that are not missing are numbers, date when all
   * are dates, else string. Columns that are not named take more memory while they are read.
   */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined;
}

/** What the options of all tables are by default. */
export const columnDefaults = {
  types: undefined,
  missing: undefined,
  decimal: '.',
  thousands: undefined,
  dateOrder: 'yearFirst',
} as const;

/** What columns have in common that are read from one file. */
export interface TableSource {
  /** What errors start with. */
  readonly source: string;
  /** A place in the file, e.g. as `line 7`. */
  readonly describe: (place: number) => string;
  readonly parsers: CellParsers;
}

/** Where the cells of a file become a column. */
export class TableColumn {
  readonly name: string;
  readonly #file: TableSource;
  readonly #builder: Builder;

  constructor(name: string, file: TableSource, builder: Builder) {
    this.name = name;
    this.#file = file;
    this.#builder = builder;
  }

  /**
   * Takes the next cell.
   * @throws FormatError naming its place and the column when it is not of the column's type
   */
  add(cell: RawCell, place: number): void {
    const expected = this.#builder.add(cell, place);
    if (expected === undefined) return;
    const argument = `${this.#file.describe(place)}, column ${quote(this.name)}`;
    const got = `is ${typeof cell === 'string' ? quote(cell) : cell}`;
    throw new FormatError({ operation: this.#file.source, argument, got, expected });
  }

  /** The column, once. */
  build(): Column {
    return this.#builder.build(this.#file.describe);
  }
}

/** @throws OptionError unless they are a list of different texts, of as many as a row may have cells */
export function checkNames(operation: string, names: readonly string[]): void {
  const refuse = (got: string, expected: string): never => {
    throw new OptionError({ operation, argument: 'names', got, expected });
  };
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (!isList) refuse('is something else', 'a list of texts');
  if (names.length > mostCells) refuse(`has ${names.length} entries`, `at most ${mostCells}`);
  const twice = firstTwice(names);
  if (twice !== undefined) refuse(`has ${quote(twice)} twice`, 'each name once');
}

/** The first of some names that has been there before. */
export function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/**
 * @param names each once
 * @throws OptionError when `types` names no column, no type or a category twice
 */
export function tableColumns(
  file: TableSource,
  names: readonly string[],
  types: ColumnOptions['types'] = {},
): TableColumn[] {
  const { source, parsers } = file;
  checkTypes(source, names, types);
  const typeOf = (name: string) => (Object.hasOwn(types, name) ? types[name] : undefined);
  return names.map((name) => new TableColumn(name, file, builderOf(typeOf(name), parsers)));
}

function checkTypes(source: string, names: readonly string[], types: Readonly<Record<string, ColumnType>>): void {
  const known = new Set(names);
  for (const [name, type] of Object.entries(types)) {
    if (!known.has(name)) {
      const expected = `some of ${listOf(names)}`;
      throw new OptionError({ operation: source, argument: `column ${quote(name)}`, got: 'is not there', expected });
    }
    const problem = { operation: source, argument: `types of ${quote(name)}` };
    if (Array.isArray(type) && type.every((category) => typeof category === 'string')) {
      if (new Set(type).size === type.length) continue;
      throw new OptionError({ ...problem, got: 'hold a category twice', expected: 'each category once' });
    }
    if (type === undefined || ['number', 'date', 'string', 'category'].includes(type as string)) continue;
    const expected = 'number, date, string, category or a list of texts';
    throw new OptionError({ ...problem, got: `are ${quote(String(type))}`, expected });
  }
}
