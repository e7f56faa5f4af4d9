import { FormatError, quote } from '@sluice/core';

/** What a member of a row holds; of what no cell can hold only what it is, e.g. `a list`. */
export type JsonCell = string | number | boolean | null | { readonly odd: string };

/** What is done with the rows as they are found. */
export interface JsonHandlers {
  /** @param kind what stands in the place of the row, e.g. `an object`; this throws unless it is that */
  begin(kind: string): void;
  member(name: string, cell: JsonCell): void;
  end(): void;
}

/** Levels of what is passed over. */
const deepest = 500;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?/iy;
const literals = { true: true, false: false, null: null } as const;
const words: Readonly<Record<string, keyof typeof literals>> = { t: 'true', f: 'false', n: 'null' };
const blanks = ' \t\n\r';

/**
 * Reads a JSON text that is a list of objects (RFC 8259), member by member, so that no more is kept than the reader keeps. Lists and objects within
 * members are passed over.
 */
export class JsonScanner {
  readonly #text: string;
  readonly #source: string;
  #at: number;
  #line = 1;
  #lineStart: number;
  /** Where the line ends that begins at `#lineStart`. */
  #lineEnd: number;

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
    this.#lineStart = this.#at;
    this.#lineEnd = this.#findLineEnd();
  }

  /** The line of what was read last, from 1. */
  get line(): number {
    // Each end of line is searched for once, however often one asks.
    while (this.#lineEnd < this.#at) {
      this.#line++;
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = this.#findLineEnd();
    }
    return this.#line;
  }

  read({ begin, member, end }: JsonHandlers): void {
    this.#skipBlanks();
    const kind = kindOf(this.#text[this.#at]);
    if (kind === undefined) this.#refuse('a list of objects');
    if (kind !== 'a list') {
      const problem = { operation: this.#source, argument: 'text', got: `is ${kind}, no list` };
      throw new FormatError({ ...problem, expected: 'a list of objects' });
    }
    this.#items(']', () => {
      begin(kindOf(this.#text[this.#at]) ?? this.#refuse('an object'));
      this.#items('}', () => {
        const name = this.#string('a name in double quotes');
        this.#skipBlanks();
        this.#take(':');
        this.#skipBlanks();
        member(name, this.#value());
      });
      end();
    });
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#refuse('nothing after the list');
  }

  /** What stands between brackets, the first of which is next, with commas between. */
  #items(close: string, item: () => void): void {
    this.#at++;
    this.#skipBlanks();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      item();
      this.#skipBlanks();
      if (this.#text[this.#at] === close) break;
      if (this.#text[this.#at] !== ',') this.#refuse(`a comma or ${close}`);
      this.#at++;
      this.#skipBlanks();
    }
    this.#at++;
  }

  #value(): JsonCell {
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string('a text');
      case '[':
        return this.#nested('a list');
      case '{':
        return this.#nested('an object');
      default:
        return this.#word();
    }
  }

  #word(): JsonCell {
    const word = words[this.#text[this.#at]!];
    if (word !== undefined && this.#text.startsWith(word, this.#at)) {
      this.#at += word.length;
      return literals[word];
    }
    number.lastIndex = this.#at;
    const [digits] = number.exec(this.#text) ?? this.#refuse('a value');
    const value = Number(digits);
    this.#at += digits.length;
    return Number.isFinite(value) ? value : { odd: `${digits.slice(0, 40)}, too large for a number` };
  }

  #string(expected: string): string {
    const text = this.#text;
    if (text[this.#at] !== '"') this.#refuse(expected);
    const start = this.#at;
    let isPlain = true;
    let end = start + 1;
    for (; text[end] !== '"'; end++) {
      const code = text.charCodeAt(end);
      // Of a text that has ended the code is NaN.
      if (!(code >= 0x20)) {
        this.#at = Math.min(end, text.length);
        this.#refuse(end < text.length ? 'an escape sequence for a control character' : 'the end of a text');
      }
      if (text[end] !== '\\') continue;
      isPlain = false;
      end++;
    }
    this.#at = end + 1;
    return isPlain ? text.slice(start + 1, end) : (this.#parse(start, 'an escape sequence') as string);
  }

  #nested(odd: string): JsonCell {
    const start = this.#at;
    let depth = 0;
    do {
      const character = this.#text[this.#at];
      if (character === '"') {
        this.#string('a text');
        continue;
      }
      if (character === undefined) this.#refuse('the end of a list or an object');
      if (character === '[' || character === '{') depth++;
      if (character === ']' || character === '}') depth--;
      if (depth > deepest) this.#refuse(`lists and objects within each other at most ${deepest} deep`);
      this.#at++;
    } while (depth > 0);
    this.#parse(start, odd);
    return { odd };
  }

  /** What stands from `start` to here, read by the engine's own parser. */
  #parse(start: number, expected: string): unknown {
    try {
      return JSON.parse(this.#text.slice(start, this.#at));
    } catch {
      this.#at = start;
      return this.#refuse(expected);
    }
  }

  #findLineEnd(): number {
    const end = this.#text.indexOf('\n', this.#lineStart);
    return end < 0 ? this.#text.length : end;
  }

  #take(character: string): void {
    if (this.#text[this.#at] !== character) this.#refuse(`"${character}"`);
    this.#at++;
  }

  #skipBlanks(): void {
    while (this.#at < this.#text.length && blanks.includes(this.#text[this.#at]!)) this.#at++;
  }

  #refuse(expected: string): never {
    const { line } = this;
    const character = this.#text[this.#at];
    const got = character === undefined ? 'the end' : quote(character);
    const place = `line ${line}, column ${this.#at - this.#lineStart + 1}`;
    throw new FormatError(`${this.#source}: is not JSON: ${place} is ${got}, expected ${expected}`);
  }
}

/** What begins with a character, or undefined when nothing does. */
function kindOf(character: string | undefined): string | undefined {
  if (character === undefined) return undefined;
  if (character === '[') return 'a list';
  if (character === '{') return 'an object';
  if (character === '"') return 'a text';
  if (/[-\d]/.test(character)) return 'a number';
  return /[tfn]/.test(character) ? 'true, false or null' : undefined;
}
