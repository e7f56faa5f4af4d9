import { FormatError, kindOf, nextTask, OptionError, quote, readOptions } from '@sluice/core';
import { Utf8Decoder } from '../utf8.ts';
import { type CellParsers, cellParsers } from './cell-format.ts';
import { type CsvRow, CsvScanner } from './csv-scanner.ts';
import { findDelimiter } from './delimiter.ts';
import { Table } from './table.ts';
import {
  type ColumnOptions,
  checkNames,
  columnDefaults,
  firstTwice,
  type TableColumn,
  tableColumns,
} from './table-columns.ts';

/** How far a long read has come. */
export interface ReadProgress {
  readonly bytes: number;
  /** Of the whole source; undefined where only its end will tell. */
  readonly totalBytes: number | undefined;
  /** Rows read so far. */
  readonly rows: number;
}

export interface ReadCsvOptions extends ColumnOptions {
  /**
   * The character between two cells. `auto` finds it in the first 64 KiB: of comma, semicolon, tab and bar the one outside of quotes that gives all rows as
   * many cells. Default a comma; where `decimal` is one, a semicolon.
   */
  readonly delimiter?: string | undefined;
  /** Called with the delimiter once it is known, before the first row is read. */
  readonly onDelimiter?: ((delimiter: string) => void) | undefined;
  /** A character: lines that begin with it are passed over. Default: none. */
  readonly comment?: string | undefined;
  /** Names of the columns of a file that has no line of names. Default: its first line holds them. */
  readonly names?: readonly string[] | undefined;
  /** Starts errors, e.g. the file's name. Default `readCsv`. */
  readonly source?: string | undefined;
  /** Length of a stream in bytes, for `onProgress`. Default: known for a text only. */
  readonly totalBytes?: number | undefined;
  /** Called after each piece of 64 KiB of a text, or chunk of a stream, and at the end. What it throws ends the read. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

const pieceSize = 1 << 16;

/** Bytes after which other tasks get their turn. */
const turnSize = 1 << 20;

/**
 * Reads a CSV text (RFC 4180, in UTF-8, with any end of line, with or without a byte order mark). Cells in quotes may hold delimiters,
 * doubled quotes and ends of lines. Empty lines are passed over. White space around cells and names is no part of them; in texts between quotes it is.
 * @param text a text, its bytes, or a stream of bytes such as `response.body`
 * @example
 * const table = await readCsv('day,load\n2024-01-01,3.5\n2024-01-02,NA\n');
 * @throws FormatError naming the line of the text and the column when a row has more or fewer cells than there are names, a quote is out of place or never
 *   closed, a cell is not of its declared type, or a row has more than 4,194,304 characters or 262,144 cells; naming the line when text is not
 *   UTF-8 or a name stands twice; when there is no line of names. OptionError when `types` names no column, for an option that is none, and for options
 *   that contradict each other
 */
export async function readCsv(
  text: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: ReadCsvOptions = {},
): Promise<Table> {
  const given = readOptions('readCsv', options, { ...csvDefaults, source: 'readCsv', totalBytes: undefined });
  return readCsvText('readCsv', text, given);
}

export const csvDefaults = {
  ...columnDefaults,
  delimiter: undefined,
  onDelimiter: undefined,
  comment: undefined,
  names: undefined,
  onProgress: undefined,
} as const;

/**
 * `readCsv` for another public function.
 * @param operation whose options these are
 */
export async function readCsvText(
  operation: string,
  text: string | Uint8Array | AsyncIterable<Uint8Array>,
  given: Given,
): Promise<Table> {
  const { source, onProgress } = given;
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const isWhole = isBytes(bytes);
  if (!isWhole && !(Symbol.asyncIterator in Object(bytes))) {
    const expected = 'a text, its bytes or a stream of bytes';
    throw new OptionError({ operation, argument: 'text', got: `is ${kindOf(text)}`, expected });
  }
  const totalBytes = isWhole ? bytes.length : given.totalBytes;
  const rows = new Rows(operation, given);
  const decoder = new Utf8Decoder(({ offset, before }) => {
    rows.write(before, true);
    throw new FormatError(`${source}: line ${rows.line}: byte ${offset} is not UTF-8 text`);
  });

  let read = 0;
  let turn = 0;
  const report = () => onProgress?.({ bytes: read, totalBytes, rows: rows.count });
  for await (const chunk of isWhole ? piecesOf(bytes) : bytes) {
    if (!isBytes(chunk)) {
      throw new OptionError({ operation, argument: 'text', got: `yields ${kindOf(chunk)}`, expected: 'bytes' });
    }
    for (const piece of piecesOf(chunk)) {
      rows.write(decoder.decode(piece));
      turn += piece.length;
      if (turn < turnSize) continue;
      await nextTask();
      turn = 0;
    }
    read += chunk.length;
    report();
  }
  rows.write(decoder.end(), true);
  const table = rows.finish();
  report();
  return table;
}

/** A `Uint8Array`, of whatever realm. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceSize) yield bytes.subarray(start, start + pieceSize);
}

type Given = ReadCsvOptions & { readonly source: string };

/** The rows of a text as a table. */
class Rows {
  count = 0;
  readonly #given: Given;
  readonly #parsers: CellParsers;
  #scanner: CsvScanner | undefined;
  /** What is held back until the delimiter is known. */
  #start = '';
  #names: readonly string[] | undefined;
  #columns: readonly TableColumn[] | undefined;

  constructor(operation: string, given: Given) {
    const { delimiter = given.decimal === ',' ? ';' : ',', comment, names, missing, decimal, thousands } = given;
    this.#given = given;
    this.#parsers = cellParsers(operation, { missing, decimal, thousands, dateOrder: given.dateOrder });
    if (delimiter !== 'auto') checkCharacter(operation, 'delimiter', delimiter);
    if (comment !== undefined) checkCharacter(operation, 'comment', comment);
    if (comment === delimiter) {
      const problem = { operation, argument: 'comment', got: `is ${quote(delimiter)}, as is delimiter` };
      throw new OptionError({ ...problem, expected: 'two different characters' });
    }
    if (names !== undefined) {
      checkNames(operation, names);
      this.#begin(names);
    }
    if (delimiter !== 'auto') this.#open(delimiter);
  }

  /** The line that was reached, from 1. */
  get line(): number {
    return this.#scanner?.line ?? 1;
  }

  /** @param isLast whether nothing comes after it */
  write(piece: string, isLast = false): void {
    if (this.#scanner) {
      this.#scanner.write(piece);
      return;
    }
    this.#start += piece;
    if (!isLast && this.#start.length < pieceSize) return;
    const { comment, names } = this.#given;
    const found = findDelimiter(this.#start, isLast, { comment, columns: names?.length });
    this.#open(found).write(this.#start);
    this.#start = '';
  }

  finish(): Table {
    this.#scanner?.end();
    if (this.#columns) return new Table(this.#columns.map((column) => [column.name, column.build()]));
    throw new FormatError(`${this.#given.source}: is empty, expected a line of column names`);
  }

  #open(delimiter: string): CsvScanner {
    this.#given.onDelimiter?.(delimiter);
    this.#scanner = new CsvScanner({
      delimiter,
      comment: this.#given.comment,
      onRow: (row) => this.#add(row),
      refuse: (line, column, problem) => {
        throw new FormatError(`${this.#given.source}: ${this.#place(line, column)} ${problem}`);
      },
    });
    return this.#scanner;
  }

  /** @param names each once */
  #begin(names: readonly string[]): void {
    const { source, types } = this.#given;
    this.#names = names;
    this.#columns = tableColumns({ source, describe: (line) => `line ${line}`, parsers: this.#parsers }, names, types);
  }

  #add({ cells, lines }: CsvRow): void {
    if (!this.#columns || !this.#names) {
      const names = cells.map((name) => name.trim());
      const twice = firstTwice(names);
      if (twice !== undefined) {
        const problem = { operation: this.#given.source, argument: `line ${lines[0]}, column ${quote(twice)}` };
        throw new FormatError({ ...problem, got: 'stands twice', expected: 'each name once' });
      }
      this.#begin(names);
      return;
    }
    if (cells.length !== this.#names.length) throw this.#wrongLength(cells.length, lines);
    for (const [i, column] of this.#columns.entries()) column.add(cells[i]!, lines[i]!);
    this.count++;
  }

  #place(line: number, column: number): string {
    const name = this.#names?.[column];
    return `line ${line}, column ${name === undefined ? column + 1 : quote(name)}`;
  }

  #wrongLength(cells: number, lines: readonly number[]): FormatError {
    const names = this.#names ?? [];
    const isShort = cells < names.length;
    const argument = isShort
      ? this.#place(lines.at(-1)!, cells)
      : `line ${lines[names.length]}, after column ${quote(names.at(-1) ?? '')}`;
    const got = isShort ? `is missing: the row has ${cells} cells` : `is one of ${cells} cells`;
    return new FormatError({ operation: this.#given.source, argument, got, expected: `${names.length} cells` });
  }
}

function checkCharacter(operation: string, argument: 'delimiter' | 'comment', value: string): void {
  if (typeof value === 'string' && value.length === 1 && !'"\n\r'.includes(value)) return;
  const expected = `one character that is no quote and no end of line${argument === 'delimiter' ? ', or auto' : ''}`;
  throw new OptionError({ operation, argument, got: `is ${quote(String(value))}`, expected });
}
