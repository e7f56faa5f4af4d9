import { quote } from '@sluice/core';
import { listOf } from '../check.ts';
import type { CellParsers } from './cell-format.ts';
import type { Column } from './column.ts';

/**
 * What the cells of a column are. A list of texts is a category column of exactly these; the categories of `'category'` are the texts that
 * occur, in order of their UTF-16 units.
 */
export type ColumnType = 'number' | 'date' | 'string' | 'category' | readonly string[];

/** A cell as a file holds it; null where the file says that there is none. */
export type RawCell = string | number | null;

/** Collects the cells of a column. */
export interface Builder {
  /**
   * Takes the next cell.
   * @param place of the cell, which `build` describes
   * @returns what was expected when the cell is something else
   */
  add(cell: RawCell, place: number): string | undefined;
  /**
   * The column; once.
   * @param describe a place, e.g. as `line 7`
   */
  build(describe: (place: number) => string): Column;
}

/** @param type undefined: found from the cells */
export function builderOf(type: ColumnType | undefined, parsers: CellParsers): Builder {
  switch (type) {
    case 'number':
    case 'date':
      return new NumericBuilder(type, parsers);
    case 'string':
      return new StringBuilder(parsers);
    case 'category':
      return new CategoryBuilder(parsers);
    case undefined:
      return new InferredBuilder(parsers);
    default:
      return new CategoryBuilder(parsers, type);
  }
}

/** The largest distance from 1970 that a `Date` can have, in milliseconds (ECMA-262, section 21.4.1.1). */
const mostMilliseconds = 8.64e15;

function dateOf(cell: string | number, parsers: CellParsers): number | undefined {
  if (typeof cell === 'string') return parsers.date(cell);
  return Math.abs(cell) <= mostMilliseconds ? cell : undefined;
}

function numberOf(cell: string | number, parsers: CellParsers): number | undefined {
  return typeof cell === 'number' ? cell : parsers.number(cell);
}

const none = new Float64Array(0);

/** Numbers one after the other. */
class Floats {
  // A table may have very many columns, and no rows.
  #values = none;
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(Math.max(16, 2 * this.#length));
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = value;
  }

  /** All of them; none are kept. */
  take(): Float64Array {
    const values = this.#length === 0 ? none : this.#values.slice(0, this.#length);
    this.#values = none;
    this.#length = 0;
    return values;
  }
}

class NumericBuilder implements Builder {
  readonly #type: 'number' | 'date';
  readonly #parsers: CellParsers;
  readonly #floats: Floats;

  constructor(type: 'number' | 'date', parsers: CellParsers) {
    this.#type = type;
    this.#floats = new Floats();
    this.#parsers = parsers;
  }

  add(cell: RawCell): string | undefined {
    const isMissing = cell === null || this.#parsers.isMissingNumber(String(cell));
    const parse = this.#type === 'number' ? numberOf : dateOf;
    const value = isMissing ? Number.NaN : parse(cell, this.#parsers);
    if (value !== undefined) this.#floats.push(value);
    else if (this.#type === 'number') return 'a number or a spelling of missing';
    else
      return `${typeof cell === 'number' ? 'milliseconds since 1970' : this.#parsers.dateFormat} or a spelling of missing`;
    return undefined;
  }

  build(): Column {
    return { type: this.#type, values: this.#floats.take() };
  }
}

function textOf(cell: RawCell, parsers: CellParsers): string | null {
  const text = cell === null ? null : String(cell);
  return text === null || parsers.isMissing(text) ? null : text;
}

class StringBuilder implements Builder {
  readonly #parsers: CellParsers;
  readonly #values: (string | null)[] = [];

  constructor(parsers: CellParsers) {
    this.#parsers = parsers;
  }

  add(cell: RawCell): undefined {
    this.#values.push(textOf(cell, this.#parsers));
  }

  build(): Column {
    return { type: 'string', values: this.#values };
  }
}

class CategoryBuilder implements Builder {
  readonly #parsers: CellParsers;
  readonly #declared: readonly string[] | undefined;
  readonly #codes: Map<string, number>;
  readonly #values: number[] = [];

  constructor(parsers: CellParsers, declared?: readonly string[]) {
    this.#parsers = parsers;
    this.#declared = declared;
    this.#codes = new Map(declared?.map((category, code) => [category, code]));
  }

  add(cell: RawCell): string | undefined {
    // What was declared is no spelling of missing.
    const text = this.#codes.has(String(cell)) && cell !== null ? String(cell) : textOf(cell, this.#parsers);
    let code = text === null ? -1 : this.#codes.get(text);
    if (code === undefined) {
      if (this.#declared) return `one of ${listOf(this.#declared)}`;
      code = this.#codes.size;
      this.#codes.set(text as string, code);
    }
    this.#values.push(code);
    return undefined;
  }

  build(): Column {
    const found = [...this.#codes.keys()];
    if (this.#declared) return { type: 'category', values: Int32Array.from(this.#values), categories: found };
    const categories = [...found].sort((a, b) => (a < b ? -1 : 1));
    const places = new Map(categories.map((category, place) => [category, place]));
    const place = (code: number) => (code < 0 ? -1 : places.get(found[code]!)!);
    return { type: 'category', values: Int32Array.from(this.#values, place), categories };
  }
}

/** Keeps the cells until all are there: only then is known whether they are texts. */
class InferredBuilder implements Builder {
  readonly #parsers: CellParsers;
  #cells: RawCell[] = [];
  /** The numbers or dates so far; undefined once there can be neither. */
  #floats: Floats | undefined;
  readonly #counts = { number: 0, date: 0, string: 0, missing: 0 };
  /** The first cell that is not of a type: its place among the cells and in the file. */
  readonly #first: { number?: readonly [number, number] | undefined; date?: readonly [number, number] | undefined } =
    {};

  constructor(parsers: CellParsers) {
    this.#parsers = parsers;
    this.#floats = new Floats();
  }

  add(cell: RawCell, place: number): undefined {
    this.#cells.push(cell);
    if (cell === null || this.#parsers.isMissingNumber(String(cell))) {
      this.#counts.missing += textOf(cell, this.#parsers) === null ? 1 : 0;
      this.#floats?.push(Number.NaN);
      return;
    }
    const number = numberOf(cell, this.#parsers);
    // A number in a file of dates may be anything.
    const date = number === undefined ? this.#parsers.date(cell as string) : undefined;
    this.#counts[number !== undefined ? 'number' : date !== undefined ? 'date' : 'string']++;
    if (number === undefined) this.#first.number ??= [this.#cells.length - 1, place];
    if (date === undefined) this.#first.date ??= [this.#cells.length - 1, place];
    if (this.#first.number && this.#first.date) this.#floats = undefined;
    this.#floats?.push((number ?? date)!);
  }

  build(describe: (place: number) => string): Column {
    const { number, date, string, missing } = this.#counts;
    // Marks such as "-" alone say nothing about numbers.
    const isText = number + date === 0 && missing < this.#cells.length;
    if (this.#floats && !isText) {
      this.#cells = [];
      return { type: date > 0 ? 'date' : 'number', values: this.#floats.take() };
    }
    const values = this.#cells.map((cell) => textOf(cell, this.#parsers));
    const half = (number + date + string) / 2;
    const mostly = number > half ? 'number' : date > half ? 'date' : 'string';
    const tell = (at: readonly [number, number] | undefined) =>
      at ? `${describe(at[1])} is ${quote(String(this.#cells[at[0]]))}` : 'all cells are missing';
    const first = { number: tell(this.#first.number), date: tell(this.#first.date) };
    this.#cells = [];
    return { type: 'string', values, inference: { mostly, first } };
  }
}
