import { FormatError, OptionError } from '@sluice/core';
import type { CategoryColumn, Column } from './column.ts';
import { parseDate, parseNumber } from './parse-cell.ts';

/**
 * What the cells of a column are. A list of texts is a category column of exactly these; the categories of `'category'` are the texts that
 * occur, in order of their UTF-16 units.
 */
export type ColumnType = 'number' | 'date' | 'string' | 'category' | readonly string[];

export interface ColumnOptions {
  /**
   * Types of columns by name. Default, for each column that is not named: number when all cells that are not missing are decimal numbers,
   * date when all are ISO 8601 dates, else string. Columns that are not named take more memory while they are read.
   */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined;
  /** Texts that stand for a missing cell. Default the empty text, NA, N/A, NaN, nan, null and NULL. */
  readonly missing?: readonly string[] | undefined;
}

const missingSpellings = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];

/** A cell as a file holds it; null where it is missing whatever its type. */
export type RawCell = string | number | null;

/** Collects the rows of a file into columns. */
export class TableBuilder {
  readonly #names: readonly string[];
  readonly #builders: readonly Builder[];
  readonly #missing: ReadonlySet<RawCell>;
  readonly #source: string;

  /**
   * @param source what errors start with
   * @throws OptionError when `types` names no column, or a category twice
   */
  constructor(source: string, names: readonly string[], { types = {}, missing = missingSpellings }: ColumnOptions) {
    const known = new Set(names);
    const unknown = Object.keys(types).find((name) => !known.has(name));
    if (unknown !== undefined) {
      const expected = `some of ${names.map((name) => JSON.stringify(name)).join(', ')}`;
      const problem = {
        operation: source,
        argument: `column ${JSON.stringify(unknown)}`,
        got: 'is not there',
        expected,
      };
      throw new OptionError(problem);
    }
    for (const [name, type] of Object.entries(types)) {
      if (typeof type === 'string' || new Set(type).size === type.length) continue;
      const problem = { operation: source, argument: `types of ${JSON.stringify(name)}`, got: 'hold a category twice' };
      throw new OptionError({ ...problem, expected: 'each category once' });
    }
    this.#source = source;
    this.#names = names;
    this.#missing = new Set<RawCell>([null, ...missing]);
    this.#builders = names.map((name) => builderOf(Object.hasOwn(types, name) ? types[name] : undefined));
  }

  /**
   * @param place of the row, for errors, e.g. `line 7`
   * @throws FormatError naming the column when a cell is not of its type
   */
  addRow(cells: readonly RawCell[], place: string): void {
    for (const [i, builder] of this.#builders.entries()) {
      const cell = cells[i]!;
      const expected = builder.add(this.#missing.has(cell) ? null : cell);
      if (expected === undefined) continue;
      const argument = `${place}, column ${JSON.stringify(this.#names[i])}`;
      throw new FormatError({ operation: this.#source, argument, got: `is ${JSON.stringify(cell)}`, expected });
    }
  }

  build(): (readonly [string, Column])[] {
    return this.#names.map((name, i) => [name, this.#builders[i]!.build()]);
  }
}

interface Builder {
  /** Takes a cell, null when it is missing; returns what it expected when the cell is something else. */
  add(cell: RawCell): string | undefined;
  build(): Column;
}

function builderOf(type: ColumnType | undefined): Builder {
  if (type === 'number') return numeric(type, numberOf, 'a number or a spelling of missing');
  if (type === 'date') return numeric(type, dateOf, 'an ISO 8601 date or a spelling of missing');
  if (type === 'string') return strings();
  if (type === undefined) return inferred();
  return categories(type === 'category' ? undefined : type);
}

const numberOf = (cell: string | number) => (typeof cell === 'number' ? cell : parseNumber(cell));
const dateOf = (cell: string | number) => (typeof cell === 'number' ? cell : parseDate(cell));

function numeric(
  type: 'number' | 'date',
  parse: (cell: string | number) => number | undefined,
  expected: string,
): Builder {
  let values = new Float64Array(64);
  let length = 0;
  return {
    add(cell) {
      const value = cell === null ? Number.NaN : parse(cell);
      if (value === undefined) return expected;
      if (length === values.length) {
        const longer = new Float64Array(2 * length);
        longer.set(values);
        values = longer;
      }
      values[length++] = value;
      return undefined;
    },
    build: () => ({ type, values: values.slice(0, length) }),
  };
}

function strings(): Builder {
  const values: (string | null)[] = [];
  return {
    add(cell) {
      values.push(cell === null ? null : String(cell));
      return undefined;
    },
    build: () => ({ type: 'string', values }),
  };
}

function categories(declared: readonly string[] | undefined): Builder {
  const codes = new Map(declared?.map((category, code) => [category, code]));
  const values: number[] = [];
  return {
    add(cell) {
      const text = String(cell);
      let code = cell === null ? -1 : codes.get(text);
      if (code === undefined) {
        if (declared) return `one of ${declared.map((category) => JSON.stringify(category)).join(', ')}`;
        code = codes.size;
        codes.set(text, code);
      }
      values.push(code);
      return undefined;
    },
    build(): CategoryColumn {
      const found = [...codes.keys()];
      if (declared) return { type: 'category', values: Int32Array.from(values), categories: found };
      const sorted = [...found].sort((a, b) => (a < b ? -1 : 1));
      const places = new Map(sorted.map((category, place) => [category, place]));
      const place = (code: number) => (code < 0 ? -1 : (places.get(found[code]!) as number));
      return { type: 'category', values: Int32Array.from(values, place), categories: sorted };
    },
  };
}

/** Keeps the cells until all are there, and then takes the first type that fits them all. */
function inferred(): Builder {
  const cells: RawCell[] = [];
  return {
    add(cell) {
      cells.push(cell);
      return undefined;
    },
    build() {
      const known = cells.find((cell) => cell !== null);
      const types: readonly ColumnType[] = typeof known === 'number' ? ['number'] : ['number', 'date'];
      for (const type of types) {
        const builder = builderOf(type);
        if (cells.every((cell) => builder.add(cell) === undefined)) return builder.build();
      }
      const builder = strings();
      for (const cell of cells) builder.add(cell);
      return builder.build();
    },
  };
}
