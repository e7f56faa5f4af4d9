import { IndexError, OptionError, quote, readOptions } from '@sluice/core';
import { checkWhole } from './check.ts';
import { parseVocabulary, type VocabularyJson } from './vocabulary-json.ts';

export interface VocabularyOptions {
  /** Tokens that occur less often are left out. Default 1: all are kept. */
  readonly minimumCount?: number | undefined;
  /** Ids at most, those of the reserved tokens and of the unknown token included: the most frequent tokens are kept. Default: no limit. */
  readonly maximumSize?: number | undefined;
  /** Stands for every token that is not in the vocabulary. Default: such tokens are an error. */
  readonly unknown?: string | undefined;
  /** Tokens that get the first ids whether or not they occur, such as padding or start and end marks. Default: none. */
  readonly reserved?: readonly string[] | undefined;
}

/**
 * Tokens and their ids, 0 to size - 1. A token is a character (a Unicode code point) or any other text. Reserved tokens come first, then
 * the unknown token, then all others by falling count, equal counts in order of their UTF-16 units: the same text gives the same ids
 * everywhere.
 */
export class Vocabulary {
  /** The token of each id. */
  readonly tokens: readonly string[];
  /** How often each token occurred in what the vocabulary was built from; for the unknown token, how often it stood for another. */
  readonly counts: readonly number[];
  /** The token that stands for all others, if there is one. */
  readonly unknown: string | undefined;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(tokens: readonly string[], counts: readonly number[], unknown: string | undefined) {
    this.tokens = tokens;
    this.counts = counts;
    this.unknown = unknown;
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
  }

  /** The characters of a text, by code point: an emoji outside the basic plane is one character. */
  static fromText(text: string, options: VocabularyOptions = {}): Vocabulary {
    return Vocabulary.fromTokens(text, options);
  }

  /**
   * The tokens of a sequence, which may be a text's words, or lines read one by one.
   * @throws OptionError when minimumCount is not a whole number of at least 1, maximumSize none that holds the reserved and unknown tokens, or
   *   a reserved token stands twice; for an option that is none
   */
  static fromTokens(tokens: Iterable<string>, options: VocabularyOptions = {}): Vocabulary {
    const { minimumCount, maximumSize, unknown, reserved } = readOptions('Vocabulary', options, {
      minimumCount: 1,
      maximumSize: undefined,
      unknown: undefined,
      reserved: [],
    });
    checkWhole('Vocabulary', 'minimumCount', minimumCount, 1);
    const first = unknown === undefined || reserved.includes(unknown) ? reserved : [...reserved, unknown];
    const twice = first.find((token, i) => first.indexOf(token) !== i);
    if (twice !== undefined) {
      const got = `holds ${quote(twice)} twice`;
      throw new OptionError({ operation: 'Vocabulary', argument: 'reserved', got, expected: 'each token once' });
    }
    if (maximumSize !== undefined) checkWhole('Vocabulary', 'maximumSize', maximumSize, first.length);

    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    const firstCounts = first.map((token) => counts.get(token) ?? 0);
    for (const token of first) counts.delete(token);
    const kept = [...counts]
      .filter(([, count]) => count >= minimumCount)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, maximumSize === undefined ? undefined : maximumSize - first.length);
    if (unknown !== undefined) {
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      firstCounts[first.indexOf(unknown)]! += kept.reduce((rest, [, count]) => rest - count, total);
    }
    return new Vocabulary(
      [...first, ...kept.map(([token]) => token)],
      [...firstCounts, ...kept.map(([, n]) => n)],
      unknown,
    );
  }

  /**
   * The inverse of `toJSON`.
   * @param source names the value in errors, e.g. the file it came from
   * @throws FormatError when the value is not a vocabulary
   */
  static fromJSON(value: unknown, source = 'Vocabulary.fromJSON'): Vocabulary {
    const { tokens, counts, unknown } = parseVocabulary(value, source);
    return new Vocabulary(tokens, counts, unknown);
  }

  get size(): number {
    return this.tokens.length;
  }

  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /**
   * The id of a token, or the unknown token's.
   * @throws IndexError when the token is not in the vocabulary and there is no unknown token
   */
  id(token: string): number {
    const id = this.#find(token);
    if (id !== undefined) return id;
    throw new IndexError(`id: token ${describe(token)} is not in the vocabulary of ${this.size} tokens`);
  }

  /**
   * The ids of the characters of a text, by code point, or of tokens.
   * @returns [time] int32
   * @throws IndexError naming the first token that is not in the vocabulary, when there is no unknown token. In a text, its position counts
   *   characters from 0; in a list, tokens.
   */
  encode(text: string | Iterable<string>): Int32Array {
    const ids: number[] = [];
    for (const token of text) {
      const id = this.#find(token);
      if (id === undefined) {
        const what = typeof text === 'string' ? 'character' : 'token';
        throw new IndexError(
          `encode: ${what} ${describe(token)} at position ${ids.length} is not in the vocabulary of ${this.size} tokens`,
        );
      }
      ids.push(id);
    }
    return Int32Array.from(ids);
  }

  /**
   * The tokens of ids, joined.
   * @param separator stands between two tokens. Default: nothing, as for characters
   * @throws IndexError when an id lies outside 0 to size - 1
   */
  decode(ids: Iterable<number>, separator = ''): string {
    const tokens: string[] = [];
    for (const id of ids) {
      const token = this.tokens[id];
      if (token === undefined) {
        const expected = `a whole number from 0 to ${this.size - 1}`;
        throw new IndexError({ operation: 'decode', argument: `ids[${tokens.length}]`, got: `is ${id}`, expected });
      }
      tokens.push(token);
    }
    return tokens.join(separator);
  }

  /** Plain data for `JSON.stringify`; `fromJSON` reads it back. */
  toJSON(): VocabularyJson {
    const { tokens, counts, unknown } = this;
    return unknown === undefined ? { tokens, counts } : { tokens, counts, unknown };
  }

  #find(token: string): number | undefined {
    return this.#ids.get(token) ?? (this.unknown === undefined ? undefined : this.#ids.get(this.unknown));
  }
}

/** `"é" (U+00E9)`, so that a reader sees also what does not print. */
function describe(token: string): string {
  const code = token.codePointAt(0);
  const isOne = code !== undefined && token.length === String.fromCodePoint(code).length;
  const quoted = quote(token);
  return isOne ? `${quoted} (U+${code.toString(16).toUpperCase().padStart(4, '0')})` : quoted;
}
