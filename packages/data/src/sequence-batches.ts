import { type DataArray, OptionError, quote, readOptions, ShapeError, type TensorData } from '@sluice/core';
import { type BucketedBatchSource, bucketDefaults, bucketsOf } from './bucketed-batches.ts';
import { listOf } from './check.ts';
import { padSequences, type Sequence } from './pad-sequences.ts';

/**
 * One field of a sequence of tokens: an id or a vector for each token, as a typed array [time] or host data [time, ...], or a sequence of
 * its own for each token, such as the ids of a word's characters, as a list of `time` typed arrays.
 */
export type Field = Sequence | readonly Int32Array[];

/** A sequence of tokens: fields by name, all of the same number of tokens, e.g. `{ words, characters, tags }`. */
export type Fields = Readonly<Record<string, Field>>;

/** The characters of each token of a batch. */
export interface PaddedTokens {
  /** [characters, time, batch] int32: reshaped to [characters, time * batch] it is a batch of words for a recurrent layer. */
  readonly values: TensorData;
  /** [time * batch]: characters of each token, 0 where there is no token. What a recurrent layer takes as `lengths` of the reshaped values. */
  readonly lengths: Int32Array;
}

export interface PaddedFields<Example extends Fields> {
  /** Each field, padded: [time, batch, ...], or the characters of each token. */
  readonly fields: { readonly [Name in keyof Example]: Example[Name] extends Sequence ? TensorData : PaddedTokens };
  /** [batch]: tokens of each sequence. */
  readonly lengths: Int32Array;
  /** [time, batch] bool: true where there is a token, false where there is padding. */
  readonly mask: TensorData;
}

/** What stands where a sequence has ended, by field. Default 0. */
export type FieldPadding<Example extends Fields> = { readonly [Name in keyof Example]?: number };

/**
 * Joins sequences of tokens into one time-major batch, field by field.
 * @param examples at least one, all with the same fields
 * @example
 * const { fields, lengths, mask } = padFields([
 *   { words: Int32Array.of(4, 2), characters: [Int32Array.of(1, 2, 3), Int32Array.of(1)] },
 *   { words: Int32Array.of(7), characters: [Int32Array.of(5, 5)] },
 * ]);
 * @throws ShapeError naming example and field when there is no example or field, or fields differ in their tokens; OptionError when `padding` names
 *   no field or does not fit; DTypeError when dtypes differ
 */
export function padFields<Example extends Fields>(
  examples: readonly Example[],
  padding: FieldPadding<Example> = {},
): PaddedFields<Example> {
  return padAll('padFields', examples, padding);
}

/** `padFields` for another public function. */
function padAll<Example extends Fields>(
  operation: string,
  examples: readonly Example[],
  padding: FieldPadding<Example> = {},
): PaddedFields<Example> {
  const [first] = examples;
  const names = Object.keys(first ?? {});
  if (names.length === 0) {
    throw new ShapeError({ operation, argument: 'examples', got: 'is empty', expected: 'at least one, with a field' });
  }
  const unknown = Object.keys(padding).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const got = `names ${quote(unknown)}`;
    throw new OptionError({ operation, argument: 'padding', got, expected: `some of ${listOf(names)}` });
  }
  const lengths = Int32Array.from(examples, (example, i) => tokensOf(operation, i, example, names));
  const time = lengths.reduce((most, length) => Math.max(most, length), 0);
  const fields = names.map((name) => {
    const values = examples.map((example) => example[name]);
    const fill = padding[name] ?? 0;
    return [name, isTokens(values[0]) ? padTokens(values as never, time, fill) : padField(values as never, fill)];
  });
  const { mask } = padSequences(Array.from(lengths, (length) => new Uint8Array(length)));
  return { fields: Object.fromEntries(fields), lengths, mask };
}

export interface SequenceBatchesOptions<Example extends Fields> {
  /** Sequences in a batch; the last batch made holds what is left, at least 1. */
  readonly batchSize: number;
  /** Shuffles every epoch anew. Default: the shortest sequences come first. */
  readonly seed?: number | undefined;
  /** As of `bucketedBatches`. Default 50. */
  readonly bucketBatches?: number | undefined;
  readonly padding?: FieldPadding<Example> | undefined;
}

/**
 * Batches for labelling sequences: `padFields` of sequences of similar length, each of which appears exactly once in an epoch. `paddingShare` tells
 * how much of an epoch is padding.
 * @example
 * const sentences = [
 *   { words: Int32Array.of(4, 2, 9), tags: Int32Array.of(1, 0, 2) },
 *   { words: Int32Array.of(7), tags: Int32Array.of(3) },
 * ];
 * const source = sequenceBatches(sentences, { batchSize: 2, seed: 1, padding: { tags: -1 } });
 * @throws as `padFields` and `bucketedBatches`, at once; OptionError for an option that is none
 */
export function sequenceBatches<Example extends Fields>(
  examples: readonly Example[],
  options: SequenceBatchesOptions<Example>,
): BucketedBatchSource<PaddedFields<Example>> {
  const operation = 'sequenceBatches';
  const { padding, ...order } = readOptions(operation, options, { ...bucketDefaults, padding: undefined });
  const names = Object.keys(examples[0] ?? {});
  const lengths = examples.map((example, i) => tokensOf(operation, i, example, names));
  if (examples.length > 0) padAll(operation, examples.slice(0, 1), padding);
  return bucketsOf(operation, examples, lengths, order, (batch) => padAll(operation, batch, padding));
}

function isTokens(field: Field | undefined): field is readonly Int32Array[] {
  return Array.isArray(field);
}

/** The number of tokens, which is that of every field. */
function tokensOf(operation: string, index: number, example: Fields, names: readonly string[]): number {
  let tokens: number | undefined;
  for (const name of names) {
    const field = example[name];
    const argument = `field ${quote(name)} of example ${index}`;
    if (field === undefined) throw new ShapeError({ operation, argument, got: 'is missing', expected: listOf(names) });
    const length = 'shape' in field ? (field.shape[0] ?? 0) : field.length;
    tokens ??= length;
    if (length === tokens) continue;
    const expected = `${tokens}, as ${quote(names[0]!)}`;
    throw new ShapeError({ operation, argument, got: `has ${length} tokens`, expected });
  }
  return tokens ?? 0;
}

function padField(values: readonly Sequence[], padding: number): TensorData {
  return padSequences(values, { padding }).values;
}

function padTokens(examples: readonly (readonly Int32Array[])[], time: number, padding: number): PaddedTokens {
  const none = new Int32Array(0);
  const tokens = Array.from({ length: time }, (_, t) => examples.map((example) => example[t] ?? none)).flat();
  if (tokens.length === 0) {
    const data: DataArray = new Int32Array(0);
    return { values: { dtype: 'int32', shape: [0, time, examples.length], data }, lengths: none };
  }
  const { values, lengths } = padSequences(tokens, { padding });
  return { values: { ...values, shape: [values.shape[0]!, time, examples.length] }, lengths };
}
