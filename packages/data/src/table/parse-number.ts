// Each alternative begins with what the others cannot begin with, so that no text is gone over twice.
const plain = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** How a file writes its numbers. */
export interface NumberFormat {
  /** Stands before the fraction. Default a point. */
  readonly decimal?: '.' | ',' | undefined;
  /**
   * Stands between groups of three digits, e.g. the comma of `1,234.5`; numbers without it are numbers too. A blank is any kind of blank, and an
   * apostrophe also a typographic one. Default: none, `1,234` is a text.
   */
  readonly thousands?: ',' | '.' | ' ' | "'" | '_' | undefined;
}

const groupMarks = { ',': ',', '.': '\\.', ' ': '[ \\u00a0\\u2009\\u202f]', "'": "['\\u2019]", _: '_' } as const;

/** A decimal number, or undefined: no empty text, no hexadecimal, nothing infinite. White space around it counts for nothing. */
export function parseNumber(cell: string): number | undefined {
  const text = cell.trim();
  if (!plain.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** `parseNumber` for another way of writing numbers. */
export function numberParser({ decimal = '.', thousands }: NumberFormat): (cell: string) => number | undefined {
  const parse = decimal === '.' ? parseNumber : parseWithComma;
  if (thousands === undefined) return parse;
  const mark = groupMarks[thousands];
  const grouped = new RegExp(`^[+-]?\\d{1,3}(?:${mark}\\d{3})+(?!\\d)`);
  const marks = new RegExp(mark, 'g');
  return (cell) => parse(cell.trim().replace(grouped, (whole) => whole.replaceAll(marks, '')));
}

function parseWithComma(text: string): number | undefined {
  return text.includes('.') ? undefined : parseNumber(text.replace(',', '.'));
}
