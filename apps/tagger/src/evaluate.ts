import { quote } from '@sluice/core';
import { frequencyTagger } from './baseline.ts';
import type { Sentence } from './corpus.ts';
import { AppError } from './errors.ts';
import type { Vocabularies } from './examples.ts';
import type { Tagger } from './model.ts';
import { type Score, scoreTags } from './score.ts';
import { tagSentences } from './tagging.ts';

export interface Measured {
  /** The model's tags of the test. */
  readonly tagged: readonly (readonly string[])[];
  readonly score: Score;
  readonly baseline: Score;
}

/**
 * How often a tagger is right about the test, and how often the most frequent tag of each word is.
 * @param training what both were trained on
 * @throws AppError when most tags are none of the model's
 */
export async function measure(
  model: Tagger,
  vocabularies: Vocabularies,
  training: readonly Sentence[],
  test: readonly Sentence[],
): Promise<Measured> {
  const tags = test.flatMap((sentence) => sentence.tags);
  const foreign = tags.filter((tag) => !vocabularies.tags.has(tag));
  if (foreign.length > tags.length / 2) {
    const got = `${foreign.length} of ${tags.length} tags of the test, such as ${quote(foreign[0]!)}`;
    throw new AppError(`The model does not know ${got}: it was trained on another set of tags`);
  }
  const known = new Set(training.flatMap(({ words }) => words));
  const tagged = await tagSentences(model, vocabularies, test);
  const frequent = frequencyTagger(training);
  const baseline = test.map(({ words }) => frequent(words));
  return { tagged, score: scoreTags(tagged, test, known), baseline: scoreTags(baseline, test, known) };
}
