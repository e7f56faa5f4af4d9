import { FormatError } from '@sluice/core';
import type { CsvError, Options } from 'csv-parse/browser/esm';
import { type ColumnOptions, TableBuilder } from './column-builder.ts';
import { Table } from './table.ts';

/** How far a long read has come. */
export interface ReadProgress {
  readonly bytes: number;
  /** Of the whole source; undefined where only its end will tell. */
  readonly totalBytes: number | undefined;
  /** Rows read so far. */
  readonly rows: number;
}

export interface ReadCsvOptions extends ColumnOptions {
  /** Stands between two cells. Default a comma. */
  readonly delimiter?: string | undefined;
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

/** Characters of one row: a quote that is never closed must not take in the rest of a large file. */
const maximumRow = 1 << 22;

/**
 * Reads a CSV text (RFC 4180, in UTF-8, with any end of line, with or without a byte order mark). Cells in quotes may hold delimiters,
 * doubled quotes and ends of lines. Empty lines are passed over.
 * @param text a text, its bytes, or a stream of bytes such as `response.body`
 * @example
 * const table = await readCsv('day,load\n2024-01-01,3.5\n2024-01-02,NA\n');
 * @throws FormatError naming line and column when a row has more or fewer cells than there are names, a quote is out of place, or a cell is
 *   not of its declared type; naming the line before and the column when a quote is not closed or a row has more than 4 MiB; naming the line
 *   when text is not UTF-8; when a name stands twice or there is no line of names. OptionError when `types` names no column, or a category twice
 */
export async function readCsv(
  text: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: ReadCsvOptions = {},
): Promise<Table> {
  const { source = 'readCsv', onProgress } = options;
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const isWhole = bytes instanceof Uint8Array;
  const totalBytes = isWhole ? bytes.length : options.totalBytes;
  const rows = new Rows(source, options);
  // Loaded when a file is read: a page that reads none does without it.
  const { parse } = await import('csv-parse/browser/esm');
  const parser = parse(rows.parserOptions);
  // Each error is met where it came from, below.
  parser.on('error', () => {});
  const write = (piece: string) =>
    new Promise<void>((resolve, reject) => {
      parser.write(piece, (error) => (error ? reject(rows.explain(error)) : resolve()));
    });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new FormatError(`${source}: text is not UTF-8 after line ${rows.line}`);
    }
  };

  let read = 0;
  let isEmpty = true;
  const report = () => onProgress?.({ bytes: read, totalBytes, rows: rows.count });
  for await (const chunk of isWhole ? piecesOf(bytes) : bytes) {
    const piece = decode(chunk);
    if (piece !== '') await write(piece);
    isEmpty &&= piece === '';
    read += chunk.length;
    report();
  }
  decode();
  // The parser's way to end without any input needs Node.
  if (isEmpty) return rows.finish();
  await new Promise<void>((resolve, reject) => {
    parser.on('error', (error) => reject(rows.explain(error)));
    parser.end(resolve);
  });
  report();
  return rows.finish();
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceSize) yield bytes.subarray(start, start + pieceSize);
}

/** The rows that the parser finds, and what its errors mean. */
class Rows {
  count = 0;
  /** Where the last row ended, from 1. */
  line = 0;
  readonly parserOptions: Options;
  readonly #source: string;
  readonly #options: ReadCsvOptions;
  #names: readonly string[] | undefined;
  #builder: TableBuilder | undefined;

  constructor(source: string, options: ReadCsvOptions) {
    this.#source = source;
    this.#options = options;
    this.parserOptions = {
      delimiter: options.delimiter ?? ',',
      skip_empty_lines: true,
      max_record_size: maximumRow,
      on_record: (cells: string[], { lines }) => {
        this.#add(cells, lines);
        return null;
      },
    };
    if (options.names) this.#begin(options.names);
  }

  finish(): Table {
    if (!this.#builder) throw new FormatError(`${this.#source}: is empty, expected a line of column names`);
    return new Table(this.#builder.build());
  }

  #begin(names: readonly string[]): void {
    const seen = new Set<string>();
    const twice = names.find((name) => seen.size === seen.add(name).size);
    if (twice !== undefined) {
      const problem = { operation: this.#source, argument: `column ${JSON.stringify(twice)}`, got: 'stands twice' };
      throw new FormatError({ ...problem, expected: 'each name once' });
    }
    this.#names = names;
    this.#builder = new TableBuilder(this.#source, names, this.#options);
  }

  #add(cells: string[], line: number): void {
    this.line = line;
    if (!this.#builder || !this.#names) {
      this.#begin(cells);
      return;
    }
    // The parser compares rows with each other, and names may be given.
    if (this.count === 0 && cells.length !== this.#names.length) throw this.#wrongLength(line, cells.length);
    this.#builder.addRow(cells, `line ${line}`);
    this.count++;
  }

  #wrongLength(line: number, cells: number): FormatError {
    const names = this.#names ?? [];
    const [cell, column] = [Math.min(cells, names.length), names[cells]];
    const where = column === undefined ? `after column ${JSON.stringify(names.at(-1))}` : JSON.stringify(column);
    const place = column === undefined ? where : `column ${where}`;
    const got = column === undefined ? `is one of ${cells} cells` : `is missing: the row has ${cell} cells`;
    const problem = { operation: this.#source, argument: `line ${line}, ${place}`, got };
    return new FormatError({ ...problem, expected: `${names.length} cells` });
  }

  /** The error of the parser in our words. */
  explain(error: Error): Error {
    if (!('code' in error) || !('lines' in error)) return error;
    const { code, lines, column, record } = error as CsvError & {
      lines: number;
      column: number;
      record?: readonly string[] | undefined;
    };
    const name = this.#names?.[column];
    const where = `column ${name === undefined ? column + 1 : JSON.stringify(name)}`;
    const place = `line ${lines}, ${where}`;
    switch (code) {
      case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
        return this.#wrongLength(lines, record?.length ?? column);
      case 'CSV_QUOTE_NOT_CLOSED':
        return new FormatError(
          `${this.#source}: the quote that opens after line ${this.line} in ${where} is never closed`,
        );
      case 'INVALID_OPENING_QUOTE':
        return new FormatError(`${this.#source}: ${place} has a quote within a cell that does not begin with one`);
      case 'CSV_INVALID_CLOSING_QUOTE':
        return new FormatError(`${this.#source}: ${place} goes on after its closing quote`);
      case 'CSV_MAX_RECORD_SIZE':
        return new FormatError(
          `${this.#source}: the row after line ${this.line} has more than ${maximumRow} characters, expected fewer: is a quote in ${where} not closed?`,
        );
      default:
        return new FormatError(`${this.#source}: ${place}: ${error.message}`, { cause: error });
    }
  }
}
