import { FormatError, kindOf, OptionError, quote, readOptions } from '@sluice/core';
import { type CellParsers, cellParsers } from './cell-format.ts';
import { type Column, spreadRows } from './column.ts';
import type { RawCell } from './column-builder.ts';
import { mostCells } from './csv-scanner.ts';
import { type JsonCell, JsonScanner } from './json-scanner.ts';
import { Table } from './table.ts';
import { type ColumnOptions, checkNames, columnDefaults, tableColumns } from './table-columns.ts';

export interface ReadJsonOptions extends ColumnOptions {
  /** The columns to read, in this order; other members of rows are passed over. Default: all names that occur, in order of appearance. */
  readonly names?: readonly string[] | undefined;
  /** Starts errors, e.g. the file's name. Default `readJson`. */
  readonly source?: string | undefined;
}

/** Cells that a table may have whatever the file holds, and for each one that the file holds: rows need not have the same names. */
const sparse = { cells: 1 << 22, perCell: 4 } as const;

/**
 * Reads a JSON text: a list of rows, `[{ "day": "2024-01-01", "load": 3.5 }, ...]`. The columns are all names that occur, in order of
 * appearance; a row without one of them, or with null, misses that cell. True and false are texts; numbers in a column declared as dates are
 * milliseconds since 1970.
 * @example
 * const table = readJson('[{ "day": "2024-01-01", "load": 3.5 }, { "day": "2024-01-02" }]');
 * @throws FormatError naming line and column of the text when it is no JSON or no list of objects; naming the row (from 0), its line and the column of a
 *   cell that is a list or an object, a number beyond float64 or not of its declared type, of a name that stands twice in a row, or when there are more than
 *   262,144 names; when rows share so few names that the table would have over 4,194,304 cells and over 4 times as many as there are in the text, which `names`
 *   allows. OptionError when `types` names no column, for an option that is none, and for options that contradict each other
 */
export function readJson(text: string, options: ReadJsonOptions = {}): Table {
  const { source, ...given } = readOptions('readJson', options, { ...jsonDefaults, source: 'readJson' });
  return readJsonText('readJson', source, text, given);
}

export const jsonDefaults = { ...columnDefaults, names: undefined } as const;

/**
 * `readJson` for another public function.
 * @param operation whose options these are
 */
export function readJsonText(
  operation: string,
  source: string,
  text: string,
  { names, types, ...format }: Omit<ReadJsonOptions, 'source'>,
): Table {
  const parsers = cellParsers(operation, format);
  if (typeof text !== 'string') {
    throw new OptionError({ operation, argument: 'text', got: `is ${kindOf(text)}`, expected: 'a text' });
  }
  if (names !== undefined) checkNames(operation, names);
  const rows = new JsonRows(text, source, names);
  rows.read();
  return rows.toTable(parsers, types);
}

/** The cells of a column, in order of their rows. */
interface SparseColumn {
  readonly rows: number[];
  readonly cells: RawCell[];
}

class JsonRows {
  readonly #source: string;
  readonly #scanner: JsonScanner;
  readonly #columns = new Map<string, SparseColumn>();
  readonly #isChosen: boolean;
  /** The line on which each row begins. */
  readonly #lines: number[] = [];
  #present = 0;

  constructor(text: string, source: string, names: readonly string[] | undefined) {
    this.#source = source;
    this.#scanner = new JsonScanner(text, source);
    this.#isChosen = names !== undefined;
    for (const name of names ?? []) this.#addColumn(name);
  }

  read(): void {
    this.#scanner.read({
      begin: (kind) => {
        this.#lines.push(this.#scanner.line);
        if (kind !== 'an object') this.#refuse(this.#place(), `is ${kind}`, 'an object');
      },
      member: (name, cell) => this.#add(name, cell),
      end: () => this.#checkSparse(),
    });
  }

  toTable(parsers: CellParsers, types: ColumnOptions['types']): Table {
    const length = this.#lines.length;
    const names = [...this.#columns.keys()];
    const file = { source: this.#source, describe: (row: number) => this.#place(row), parsers };
    return new Table(
      tableColumns(file, names, types).map((column): [string, Column] => {
        const { rows, cells } = this.#columns.get(column.name)!;
        this.#columns.delete(column.name);
        for (const [i, row] of rows.entries()) column.add(cells[i]!, row);
        return [column.name, spreadRows(column.build(), rows, length)];
      }),
    );
  }

  #place(row = this.#lines.length - 1): string {
    return `row ${row} (line ${this.#lines[row]})`;
  }

  #addColumn(name: string): SparseColumn {
    if (this.#columns.size === mostCells) {
      this.#refuse(this.#place(), `has column ${quote(name)}, one of more than ${mostCells}`, 'fewer names');
    }
    const column = { rows: [], cells: [] };
    this.#columns.set(name, column);
    return column;
  }

  #add(name: string, cell: JsonCell): void {
    const known = this.#columns.get(name);
    if (!known && this.#isChosen) return;
    const { rows, cells } = known ?? this.#addColumn(name);
    const row = this.#lines.length - 1;
    const argument = `${this.#place()}, column ${quote(name)}`;
    if (rows.at(-1) === row) this.#refuse(argument, 'stands twice', 'each name once');
    if (typeof cell === 'object' && cell !== null) {
      this.#refuse(argument, `is ${cell.odd}`, 'a number, a text, true, false or null');
    }
    rows.push(row);
    cells.push(typeof cell === 'boolean' ? String(cell) : cell);
    this.#present++;
  }

  #checkSparse(): void {
    const [rows, names] = [this.#lines.length, this.#columns.size];
    if (this.#isChosen || rows * names <= Math.max(sparse.cells, sparse.perCell * this.#present)) return;
    const got = `makes ${rows * names} cells of ${rows} rows and ${names} names, ${this.#present} of which are there`;
    this.#refuse(this.#place(), got, 'rows with much the same names: choose columns with the option names');
  }

  #refuse(argument: string, got: string, expected: string): never {
    throw new FormatError({ operation: this.#source, argument, got, expected });
  }
}
