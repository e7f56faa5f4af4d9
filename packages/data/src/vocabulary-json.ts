import { FormatError, quote } from '@sluice/core';

/** A vocabulary as plain data. */
export interface VocabularyJson {
  /** The token of each id. */
  readonly tokens: readonly string[];
  /** How often each token occurred. */
  readonly counts: readonly number[];
  /** One of the tokens: the one that stands for all others. */
  // eslint-disable-next-line no-restricted-syntax -- JSON has no undefined.
  readonly unknown?: string;
}

/** @throws FormatError, which starts with `source`, when the value is not a vocabulary. */
export function parseVocabulary(
  value: unknown,
  source: string,
): { tokens: string[]; counts: number[]; unknown?: string | undefined } {
  const refuse = (argument: string, got: string, expected: string): never => {
    throw new FormatError({ operation: source, argument, got, expected });
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('vocabulary', `is ${nameOf(value)}`, 'an object with tokens and counts');
  }
  const { tokens, counts, unknown } = value as Record<string, unknown>;
  if (!Array.isArray(tokens)) return refuse('tokens', `is ${nameOf(tokens)}`, 'an array of texts');
  const seen = new Set<string>();
  for (const [id, token] of tokens.entries()) {
    if (typeof token !== 'string') return refuse(`tokens[${id}]`, `is ${nameOf(token)}`, 'a text');
    if (seen.has(token)) return refuse(`tokens[${id}]`, `is ${quote(token)} again`, 'each token once');
    seen.add(token);
  }
  if (!Array.isArray(counts)) return refuse('counts', `is ${nameOf(counts)}`, 'an array of numbers');
  if (counts.length !== tokens.length) {
    return refuse('counts', `has length ${counts.length}`, `${tokens.length}, one for each token`);
  }
  for (const [id, count] of counts.entries()) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    return refuse(
      `counts[${id}]`,
      `is ${typeof count === 'number' ? count : nameOf(count)}`,
      'a whole number of at least 0',
    );
  }
  if (unknown === undefined) return { tokens, counts };
  if (typeof unknown !== 'string' || !seen.has(unknown))
    return refuse('unknown', 'is not a token', 'one of the tokens');
  return { tokens, counts, unknown };
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
