import { quote, type Shape } from '@sluice/core';
import { fail } from './report.ts';

/** What the header says of one tensor, still unchecked against the data. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  /** First byte and one past the last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
  /** Where the entry stands in the text of the header. */
  readonly at: number;
}

export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Map<string, string>;
  /** @throws FormatError naming source, byte and problem of the entry */
  readonly fail: (entry: HeaderEntry, problem: string) => never;
}

/** Bytes of the length in front of the header. */
export const lengthBytes = 8;
/** The limit of the reference implementation. */
export const maximumHeaderBytes = 100_000_000;
/** More than files of the largest published models have, and few enough that a header costs tens of milliseconds and of MiB. */
export const maximumEntries = 20_000;

/** More than any program uses, and few enough that a header cannot make long arrays. */
const maximumAxes = 64;
const numberCharacters = new Set('0123456789+-.eE');
const quoteCode = 0x22;
/** More characters than any whole number below 2^53 has. */
const longestNumber = 32;
/** In `u` mode a whole pair is one character and does not match. */
export const halfSurrogate = /\p{Surrogate}/u;

/**
 * Reads the JSON header, in time that grows with its length alone. The grammar is the header's, not that of JSON at large: nothing nests
 * deeper than a shape inside an entry, so no input can exhaust the stack, and each key is seen, so none can stand twice.
 * @param most of the tensors and of the metadata
 * @throws FormatError naming source and offset
 */
export function parseHeader(bytes: Uint8Array, source: string, most: number): Header {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail(source, lengthBytes, 'the header is not valid UTF-8');
  }
  return new HeaderParser(text, source, most).parse();
}

class HeaderParser {
  readonly #text: string;
  readonly #source: string;
  readonly #most: number;
  #at = 0;

  constructor(text: string, source: string, most: number) {
    this.#text = text;
    this.#source = source;
    this.#most = most;
  }

  parse(): Header {
    const entries: HeaderEntry[] = [];
    let metadata: Map<string, string> | undefined;
    if (this.#text[0] !== '{') this.#fail('the header does not begin with {');
    const names = new Set<string>();
    this.#object((name, at) => {
      if (names.has(name)) this.#fail(`the name ${quote(name)} stands twice`, at);
      names.add(name);
      if (name === '__metadata__') metadata = this.#metadata();
      else if (entries.length < this.#most) entries.push(this.#entry(name, at));
      else this.#fail(`the header has more than ${this.#most} tensors`, at);
    });
    this.#space();
    if (this.#at !== this.#text.length) this.#fail('something follows the JSON object of the header');
    const failAt = ({ at }: HeaderEntry, problem: string) => this.#fail(problem, at);
    return { entries, metadata: metadata ?? new Map(), fail: failAt };
  }

  #metadata(): Map<string, string> {
    const metadata = new Map<string, string>();
    this.#object((key, at) => {
      if (metadata.has(key)) this.#fail(`the metadata key ${quote(key)} stands twice`, at);
      if (metadata.size === this.#most) this.#fail(`the header has more than ${this.#most} metadata keys`, at);
      metadata.set(
        key,
        this.#string(() => 'a text as value in __metadata__'),
      );
    });
    return metadata;
  }

  #entry(name: string, at: number): HeaderEntry {
    // Of thousands of entries few are told of.
    const what = () => `tensor ${quote(name)}`;
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.#object((key, keyAt) => {
      const before = key === 'dtype' ? dtype : key === 'shape' ? shape : key === 'data_offsets' ? offsets : undefined;
      if (before !== undefined) this.#fail(`${what()}: the key ${quote(key)} stands twice`, keyAt);
      if (key === 'dtype') dtype = this.#string(() => `a text as dtype of ${what()}`);
      else if (key === 'shape') shape = this.#wholeNumbers(() => `shape of ${what()}`);
      else if (key === 'data_offsets') offsets = this.#wholeNumbers(() => `data_offsets of ${what()}`);
      else this.#fail(`${what()}: unknown key ${quote(key)}, expected dtype, shape and data_offsets`, keyAt);
    });
    if (dtype === undefined) return this.#fail(`${what()} has no dtype`, at);
    if (shape === undefined) return this.#fail(`${what()} has no shape`, at);
    if (offsets === undefined) return this.#fail(`${what()} has no data_offsets`, at);
    if (offsets.length !== 2) this.#fail(`${what()} has ${offsets.length} data_offsets, expected 2`, at);
    const [begin, end] = offsets as [number, number];
    return { name, dtype, shape, begin, end, at };
  }

  /** Calls `member` after each key and its colon; it reads the value. */
  #object(member: (key: string, at: number) => void): void {
    this.#expect('{');
    if (this.#take('}')) return;
    do {
      this.#space();
      const at = this.#at;
      const key = this.#string(() => 'a name in quotes');
      if (key === '__proto__') this.#fail('the name "__proto__" is refused', at);
      this.#expect(':');
      member(key, at);
    } while (this.#take(','));
    this.#expect('}');
  }

  #wholeNumbers(what: () => string): number[] {
    const numbers: number[] = [];
    this.#expect('[');
    if (this.#take(']')) return numbers;
    do {
      this.#space();
      const at = this.#at;
      while (this.#at < at + longestNumber && numberCharacters.has(this.#text[this.#at] ?? '')) this.#at++;
      const digits = this.#text.slice(at, this.#at);
      const value = Number(digits);
      if (!/^(0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(value)) {
        const got = quote(digits === '' ? (this.#text[at] ?? '') : digits);
        this.#fail(`${what()} holds ${got}, expected whole numbers from 0 to 2^53 - 1`, at);
      }
      if (numbers.length === maximumAxes) this.#fail(`${what()} holds more than ${maximumAxes} numbers`, at);
      numbers.push(value);
    } while (this.#take(','));
    this.#expect(']');
    return numbers;
  }

  #string(expected: () => string): string {
    this.#space();
    const at = this.#at;
    if (this.#text.charCodeAt(at) !== quoteCode) this.#fail(`expected ${expected()}`);
    let end = at + 1;
    let plain = true;
    for (; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === quoteCode) break;
      if (code === 0x5c) end++;
      if (code === 0x5c || code < 0x20) plain = false;
    }
    if (end >= this.#text.length) this.#fail('a text has no closing quote');
    this.#at = end + 1;
    // Bytes that are valid UTF-8 hold no half of a pair.
    if (plain) return this.#text.slice(at + 1, end);
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(at, end + 1)) as string;
    } catch {
      return this.#fail(`a text holds an invalid escape or control character, expected ${expected()}`, at);
    }
    if (halfSurrogate.test(value)) this.#fail('a text holds half of a surrogate pair', at);
    return value;
  }

  // Loops and not regular expressions: those push onto a stack for every character, which a long header exhausts.
  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  /** Whether the next character is this one; steps over it. */
  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) {
      const found = this.#text[this.#at];
      this.#fail(`found ${found === undefined ? 'the end of the header' : quote(found)}, expected ${character}`);
    }
  }

  #fail(problem: string, at = this.#at): never {
    const before = new TextEncoder().encode(this.#text.slice(0, at));
    return fail(this.#source, lengthBytes + before.length, problem);
  }
}
