import { ConfusionMatrix } from '@sluice/metrics';
import type { Sentence } from './corpus.ts';

/** How often a tagger is right. */
export interface Score {
  /** The share of words with the right tag. */
  readonly words: number;
  /** The same among words that do not occur in training, written just so. */
  readonly unknown: number;
  /** The share of such words. */
  readonly unknownShare: number;
  /** The share of sentences without an error. */
  readonly sentences: number;
  /** Tags, the most frequent first. */
  readonly matrix: ConfusionMatrix;
}

/** @param tagged a tag for each word of the sentences */
export function scoreTags(
  tagged: readonly (readonly string[])[],
  sentences: readonly Sentence[],
  known: ReadonlySet<string>,
): Score {
  const counts = new Map<string, number>();
  for (const tag of sentences.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  for (const tag of tagged.flat()) counts.set(tag, counts.get(tag) ?? 0);
  const labels = [...counts].sort(([, m], [, n]) => n - m).map(([tag]) => tag);
  const ids = new Map(labels.map((tag, id) => [tag, id] as const));
  const idsOf = (tags: readonly string[]) => tags.map((tag) => ids.get(tag)!);
  const matrix = new ConfusionMatrix(labels);
  const unknown = new ConfusionMatrix(labels);
  let faultless = 0;
  for (const [i, { words, tags }] of sentences.entries()) {
    const [predictions, targets] = [idsOf(tagged[i]!), idsOf(tags)];
    matrix.add(predictions, targets);
    unknown.add(predictions, targets, { mask: words.map((word) => (known.has(word) ? 0 : 1)) });
    if (predictions.every((tag, t) => tag === targets[t])) faultless++;
  }
  return {
    words: matrix.accuracy,
    unknown: unknown.total === 0 ? Number.NaN : unknown.accuracy,
    unknownShare: unknown.total / matrix.total,
    sentences: faultless / sentences.length,
    matrix,
  };
}

/** As figures to show. */
export function figuresOf(model: Score, baseline: Score) {
  const percent = (share: number) => (Number.isNaN(share) ? 'none' : `${(100 * share).toFixed(2)} %`);
  const beside = (name: string, of: (score: Score) => number) => ({
    name,
    value: percent(of(model)),
    baselines: { 'most frequent tag': percent(of(baseline)) },
  });
  return [
    beside('words', ({ words }) => words),
    beside(`unknown words (${percent(model.unknownShare)} of all)`, ({ unknown }) => unknown),
    beside('sentences without an error', ({ sentences }) => sentences),
  ];
}
