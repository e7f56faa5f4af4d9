import { maximumOf, OptionError } from '@sluice/core';
import { parseDate } from './parse-cell.ts';
import { type NumberFormat, numberParser } from './parse-number.ts';

/** How a file writes numbers, dates and what is missing. */
export interface CellFormat extends NumberFormat {
  /**
   * What dates begin with. `yearFirst`: ISO 8601 alone, `2024-12-31`. `dayFirst`: also `31.12.2024`, `31/12/2024` and `31-12-2024`; `monthFirst`: also
   * `12/31/2024`, with the same marks. Days, months and hours may then have one digit; a time and a zone may follow. Default `yearFirst`.
   */
  readonly dateOrder?: 'yearFirst' | 'dayFirst' | 'monthFirst' | undefined;
  /**
   * Texts that stand for a missing cell, in every column and as they are written. Default: NA, N/A, n/a, NaN, nan, null, NULL, None, #N/A, #NA, <NA> and the
   * empty text in every column; in number and date columns also these in any case and `-`, `--`, `.`, `..`, `?`, `n.a.`, which may be texts elsewhere.
   */
  readonly missing?: readonly string[] | undefined;
}

/** Missing whatever the column. */
const everywhere = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL', 'None', '#N/A', '#NA', '<NA>'];

/** Missing in any case among numbers and dates: there they cannot be values. */
const amongNumbers = [...everywhere, '-', '--', '\u2013', '\u2014', '.', '..', '?', 'n.a.', '-nan'];

/** What the cells of a file mean. */
export interface CellParsers {
  number(cell: string): number | undefined;
  date(cell: string): number | undefined;
  /** What dates look like, for messages. */
  readonly dateFormat: string;
  /** Whether a cell is missing in every column. */
  isMissing(cell: string): boolean;
  /** Whether a cell is missing in a column of numbers or dates. */
  isMissingNumber(cell: string): boolean;
}

/** @throws OptionError for what is none of the marks or orders, and for two that contradict each other */
export function cellParsers(operation: string, format: CellFormat): CellParsers {
  const { decimal = '.', thousands, dateOrder = 'yearFirst', missing } = format;
  checkOneOf(operation, 'decimal', decimal, ['.', ',']);
  if (thousands !== undefined) checkOneOf(operation, 'thousands', thousands, [',', '.', ' ', "'", '_']);
  checkOneOf(operation, 'dateOrder', dateOrder, ['yearFirst', 'dayFirst', 'monthFirst']);
  if (thousands === decimal) {
    const got = `is ${JSON.stringify(thousands)}, as is decimal`;
    throw new OptionError({ operation, argument: 'thousands', got, expected: 'two different marks' });
  }
  const isList = missing === undefined || (Array.isArray(missing) && missing.every((mark) => typeof mark === 'string'));
  if (!isList) {
    throw new OptionError({ operation, argument: 'missing', got: 'is something else', expected: 'a list of texts' });
  }
  const marks = new Set(missing?.flatMap((mark) => [mark, mark.trim()]) ?? everywhere);
  const weak = missing === undefined ? new Set(amongNumbers.map((mark) => mark.toLowerCase())) : undefined;
  const mostLetters = maximumOf(amongNumbers.map((mark) => mark.length));
  return {
    number: numberParser({ decimal, thousands }),
    date: dateOrder === 'yearFirst' ? parseDate : (cell) => parseDate(toYearFirst(cell, dateOrder === 'dayFirst')),
    dateFormat: dateFormats[dateOrder],
    isMissing: (cell) => marks.has(cell),
    isMissingNumber(cell) {
      const text = cell.trim();
      if (marks.has(text)) return true;
      return weak !== undefined && text.length <= mostLetters && weak.has(text.toLowerCase());
    },
  };
}

const dateFormats = {
  yearFirst: 'an ISO 8601 date',
  dayFirst: 'a date such as 31.12.2024 or 2024-12-31',
  monthFirst: 'a date such as 12/31/2024 or 2024-12-31',
};

const shortDate = /^(\d{1,2})([-./])(\d{1,2})\2(\d{4})(?!\d)(?:[T ](\d{1,2})(?=:))?/;

/** The date as ISO 8601 writes it, if it is one; else the same text. */
function toYearFirst(cell: string, isDayFirst: boolean): string {
  return cell.trim().replace(shortDate, (_, first: string, _mark, second: string, year: string, hour?: string) => {
    const [month, day] = isDayFirst ? [second, first] : [first, second];
    const time = hour === undefined ? '' : `T${hour.padStart(2, '0')}`;
    return `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}${time}`;
  });
}

function checkOneOf(operation: string, argument: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  const expected = `one of ${known.map((one) => JSON.stringify(one)).join(', ')}`;
  throw new OptionError({ operation, argument, got: `is ${JSON.stringify(value) ?? String(value)}`, expected });
}
