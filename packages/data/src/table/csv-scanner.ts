/** A row of a CSV text. */
export interface CsvRow {
  /** What stands in quotes as it stands there, what does not without the white space around it. */
  readonly cells: readonly string[];
  /** The line of the file, from 1, that each cell begins on. */
  readonly lines: readonly number[];
}

export interface CsvScannerOptions {
  /** One character. */
  readonly delimiter: string;
  /** One character: lines that begin with it are passed over. */
  readonly comment: string | undefined;
  readonly onRow: (row: CsvRow) => void;
  /** Throws for what is malformed. `column` is the place of the cell in its row, from 0. */
  readonly refuse: (line: number, column: number, problem: string) => never;
}

/** Characters of one row: a quote that is never closed must not take in the rest of a large file. */
const mostCharacters = 1 << 22;

/** Cells of one row. */
export const mostCells = 1 << 18;

const [tab, lineFeed, carriageReturn, space, doubleQuote] = [9, 10, 13, 32, 34];

/** Where in a row the next character stands. */
type State = 'before' | 'bare' | 'quoted' | 'afterQuote' | 'behind' | 'comment';

/**
 * Takes a CSV text apart (RFC 4180), in pieces that may be cut anywhere. Rows end with LF, CR LF or CR. White space around a cell is no part of
 * it, whether the cell is in quotes or not; what stands between quotes is kept as it is. Rows that are empty, but for white space, are no rows.
 * Each character is looked at once, however the text is cut.
 */
export class CsvScanner {
  /** The line that the next character stands on, from 1. */
  line = 1;
  readonly #options: CsvScannerOptions;
  readonly #delimiter: number;
  readonly #comment: number | undefined;
  #state: State = 'before';
  #cells: string[] = [];
  #lines: number[] = [];
  #cell = '';
  #cellLine = 1;
  #isQuoted = false;
  /** Whether the character before was a carriage return: a line feed after it ends no further line. */
  #returned = false;
  /** Where the row began, counted from the beginning of this piece. */
  #rowStart = 0;

  constructor(options: CsvScannerOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter.charCodeAt(0);
    this.#comment = options.comment?.charCodeAt(0);
  }

  write(piece: string): void {
    let at = 0;
    while (at < piece.length) at = this.#step(piece, at);
    this.#checkLength(at);
    this.#rowStart -= at;
  }

  end(): void {
    if (this.#state === 'quoted') {
      this.#refuse(this.#cellLine, 'has a quote that is never closed');
    }
    if (this.#state !== 'comment') this.#endRow(0);
  }

  /** Goes on from one character: over it, or to the end of what it begins. */
  #step(piece: string, at: number): number {
    switch (this.#state) {
      case 'before':
        return this.#begin(piece, at);
      case 'bare':
        return this.#bare(piece, at);
      case 'quoted':
        return this.#quoted(piece, at);
      case 'afterQuote':
        if (piece.charCodeAt(at) === doubleQuote) {
          this.#cell += '"';
          this.#state = 'quoted';
          return at + 1;
        }
        this.#state = 'behind';
        return at;
      case 'behind':
        return this.#behind(piece, at);
      case 'comment':
        return this.#passComment(piece, at);
      default:
        return this.#state satisfies never;
    }
  }

  #begin(piece: string, at: number): number {
    const code = piece.charCodeAt(at);
    const returned = this.#returned;
    this.#returned = false;
    if (returned && code === lineFeed) {
      this.#rowStart = at + 1;
      return at + 1;
    }
    if (code !== this.#delimiter && isBlank(code)) return at + 1;
    this.#cellLine = this.line;
    if (code === this.#comment && this.#cells.length === 0) {
      this.#state = 'comment';
      return at + 1;
    }
    this.#isQuoted = code === doubleQuote;
    this.#state = this.#isQuoted ? 'quoted' : 'bare';
    return this.#isQuoted ? at + 1 : at;
  }

  #bare(piece: string, at: number): number {
    let end = at;
    let code = 0;
    for (; end < piece.length; end++) {
      code = piece.charCodeAt(end);
      if (code === this.#delimiter || code === lineFeed || code === carriageReturn || code === doubleQuote) break;
    }
    this.#cell += piece.slice(at, end);
    if (end === piece.length) return end;
    if (code === doubleQuote) this.#refuse(this.line, 'has a quote within a cell that does not begin with one');
    return this.#close(code, end);
  }

  #quoted(piece: string, at: number): number {
    const found = piece.indexOf('"', at);
    const end = found < 0 ? piece.length : found;
    this.#cell += piece.slice(at, end);
    for (let i = at; i < end; i++) {
      const code = piece.charCodeAt(i);
      if (code === carriageReturn || (code === lineFeed && !this.#returned)) this.line++;
      this.#returned = code === carriageReturn;
    }
    if (found < 0) return end;
    this.#returned = false;
    this.#state = 'afterQuote';
    return end + 1;
  }

  #behind(piece: string, at: number): number {
    const code = piece.charCodeAt(at);
    if (code === this.#delimiter || code === lineFeed || code === carriageReturn) return this.#close(code, at);
    if (!isBlank(code)) this.#refuse(this.line, 'goes on after its closing quote');
    return at + 1;
  }

  #passComment(piece: string, at: number): number {
    for (let end = at; end < piece.length; end++) {
      const code = piece.charCodeAt(end);
      if (code !== lineFeed && code !== carriageReturn) continue;
      this.#startLine(code, end);
      return end + 1;
    }
    // A comment may be of any length: nothing of it is kept.
    this.#rowStart = piece.length;
    return piece.length;
  }

  /** Ends the cell at a delimiter or an end of line. */
  #close(code: number, at: number): number {
    if (code === this.#delimiter) {
      this.#endCell();
      this.#state = 'before';
    } else {
      this.#endRow(at);
      this.#startLine(code, at);
    }
    return at + 1;
  }

  #endCell(): void {
    if (this.#cells.length === mostCells) this.#refuse(this.#cellLine, `is one of more than ${mostCells} cells`);
    this.#cells.push(this.#isQuoted ? this.#cell : this.#cell.trimEnd());
    this.#lines.push(this.#cellLine);
    this.#cell = '';
    this.#isQuoted = false;
    this.#cellLine = this.line;
  }

  #endRow(at: number): void {
    this.#checkLength(at);
    const isRow = this.#cells.length > 0 || this.#isQuoted || this.#cell !== '';
    if (isRow) {
      this.#endCell();
      this.#options.onRow({ cells: this.#cells, lines: this.#lines });
    }
    this.#cells = [];
    this.#lines = [];
  }

  #startLine(code: number, at: number): void {
    this.line++;
    this.#returned = code === carriageReturn;
    this.#rowStart = at + 1;
    this.#state = 'before';
  }

  #checkLength(at: number): void {
    if (at - this.#rowStart <= mostCharacters) return;
    const hint = this.#state === 'quoted' ? ': is its quote not closed?' : '';
    this.#refuse(this.#cellLine, `is in a row of more than ${mostCharacters} characters${hint}`);
  }

  #refuse(line: number, problem: string): never {
    return this.#options.refuse(line, this.#cells.length, problem);
  }
}

/** White space that is no end of line. */
function isBlank(code: number): boolean {
  if (code === space || code === tab) return true;
  if (code === lineFeed || code === carriageReturn) return false;
  return code < 14 ? code > 10 : code >= 160 && /\s/.test(String.fromCharCode(code));
}
