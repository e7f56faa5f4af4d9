import { CsvScanner } from './csv-scanner.ts';

const candidates = [',', ';', '\t', '|'] as const;

/** What `delimiter: 'auto'` may find. */
export type FoundDelimiter = (typeof candidates)[number];

export interface FindDelimiterOptions {
  readonly comment?: string | undefined;
  /** Columns that the text is known to have. */
  readonly columns?: number | undefined;
}

/** Rows that are looked at. */
const mostRows = 100;

/**
 * What stands between the cells of a CSV text: of comma, semicolon, tab and bar the one with which no quote is out of place and all rows have as many
 * cells as the first, at least two; of several, or if there is none, the one with most cells in the first row, in this order; a comma for one column.
 * What stands between quotes does not count.
 * @param start the text, or its beginning
 * @param isWhole whether the text ends where `start` does. Default: its last row may go on
 */
export function findDelimiter(start: string, isWhole: boolean, options: FindDelimiterOptions = {}): FoundDelimiter {
  let best: FoundDelimiter = ',';
  let most = 0;
  for (const candidate of candidates) {
    const score = scoreOf(candidate, start, isWhole, options);
    if (score > most) [best, most] = [candidate, score];
  }
  return best;
}

class Stop extends Error {}

function scoreOf(delimiter: string, start: string, isWhole: boolean, options: FindDelimiterOptions): number {
  const widths: number[] = [];
  let pending = 0;
  const scanner = new CsvScanner({
    delimiter,
    comment: options.comment,
    onRow: ({ cells }) => {
      widths.push(cells.length);
      if (widths.length === mostRows) throw new Stop();
    },
    refuse: (_line, column) => {
      pending = column + 1;
      throw new Stop('malformed');
    },
  });
  let isMalformed = false;
  try {
    scanner.write(start);
    // The last row may be cut in the middle of its quotes.
    if (isWhole || widths.length === 0) scanner.end();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    isMalformed = error.message !== '';
  }
  const width = widths[0] ?? pending;
  if (width < 2) return 0;
  if (isMalformed) return width / 2 ** 40;
  const isEven = widths.every((other) => other === width);
  const fits = options.columns === undefined || options.columns === width;
  return width + (isEven ? 2 ** 20 : 0) + (fits ? 2 ** 21 : 0);
}
