import type { TensorData } from '@sluice/core';
import {
  type BucketedBatchSource,
  bucketedBatches,
  type PaddedSequences,
  padFields,
  padSequences,
  Vocabulary,
} from '@sluice/data';
import type { Sentence } from './corpus.ts';

/** What turns words into ids, and ids into tags. */
export interface Vocabularies {
  /** Words in lower case. Id 0 stands for all others. */
  readonly words: Vocabulary;
  /** Id 0 stands for all others. */
  readonly letters: Vocabulary;
  readonly tags: Vocabulary;
}

/** Sentences of similar length as ids. */
export interface Batch {
  /** Which sentences they are. */
  readonly indices: ArrayLike<number>;
  /** [batch]: words of each. */
  readonly lengths: Int32Array;
  /** [time, batch] */
  readonly words: TensorData;
  /** [time, batch]: which of the batch's different spellings each word has. */
  readonly spellings: TensorData;
  /** [letters, spellings]: each of them once, in groups of similar length, the shortest first. */
  readonly letters: readonly PaddedSequences[];
  /** [time, batch], `noTag` beyond a sentence's end and where it has none that the vocabulary knows. */
  readonly tags: TensorData;
}

export const noTag = -1;

/** Of a longer word its beginning and its end are read. */
const [beginning, end] = [5, 9];

const unknown = '<unknown>';

/**
 * @param training what words and letters are taken from
 * @param validation may have more tags
 * @param mostWords the most frequent words are kept
 */
export function vocabulariesOf(
  training: readonly Sentence[],
  validation: readonly Sentence[],
  mostWords: number,
): Vocabularies {
  const words = training.flatMap((sentence) => sentence.words);
  return {
    words: Vocabulary.fromTokens(words.map(lowerCase), { unknown, minimumCount: 2, maximumSize: mostWords }),
    letters: Vocabulary.fromText(words.join(''), { unknown, minimumCount: 10 }),
    tags: Vocabulary.fromTokens([...training, ...validation].flatMap(({ tags }) => tags)),
  };
}

export interface BatchOptions {
  readonly batchSize: number;
  /** Shuffles. Default: the shortest come first. */
  readonly seed?: number;
}

/** Batches of sentences; without tags to predict them. */
export function sentenceBatches(
  sentences: readonly (Pick<Sentence, 'words'> & Partial<Sentence>)[],
  { words, letters, tags }: Vocabularies,
  { batchSize, seed }: BatchOptions,
): BucketedBatchSource<Batch> {
  const table = Vocabulary.fromTokens(sentences.flatMap((sentence) => sentence.words));
  const spelt = table.tokens.map((word) => letters.encode(shorten(word)));
  const examples = sentences.map((sentence) => ({
    words: words.encode(sentence.words.map(lowerCase)),
    forms: table.encode(sentence.words),
    tags: Int32Array.from(sentence.words, (_, t) => {
      const tag = sentence.tags?.[t];
      return tag !== undefined && tags.has(tag) ? tags.id(tag) : noTag;
    }),
  }));
  return bucketedBatches(examples, {
    batchSize,
    seed,
    length: (example) => example.words.length,
    collate: (batch, indices) => {
      const { fields, lengths } = padFields(batch, { tags: noTag });
      // Spellings of 1 and 2 letters, of 3 and 4, and so on: all together, more than half would be padding.
      const groups: number[][] = [];
      for (const form of new Set(fields.forms.data as Int32Array)) {
        const group = Math.ceil(spelt[form]!.length / 2);
        groups[group] ??= [];
        groups[group].push(form);
      }
      const places = new Map(groups.flat().map((form, place) => [form, place]));
      const spellings = Int32Array.from(fields.forms.data as Int32Array, (form) => places.get(form)!);
      const letters = groups.flatMap((group) => padSequences(group.map((form) => spelt[form]!)));
      const rest = { indices, lengths, words: fields.words, tags: fields.tags };
      return { ...rest, spellings: { ...fields.forms, data: spellings }, letters };
    },
  });
}

/** Words of a batch. */
export function wordCount({ lengths }: Batch): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

function lowerCase(word: string): string {
  return word.toLowerCase();
}

function shorten(word: string): string[] {
  const letters = [...word];
  return letters.length <= beginning + end ? letters : [...letters.slice(0, beginning), ...letters.slice(-end)];
}
