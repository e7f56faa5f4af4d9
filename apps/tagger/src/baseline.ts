import type { Sentence } from './corpus.ts';

/** Tags each word as it was most often tagged in training, unknown ones as in lower case, else with the most frequent tag of all. */
export function frequencyTagger(training: readonly Sentence[]): (words: readonly string[]) => string[] {
  const all = new Map<string, number>();
  const ofWord = new Map<string, Map<string, number>>();
  for (const { words, tags } of training) {
    for (const [t, word] of words.entries()) {
      const counts = ofWord.get(word) ?? new Map<string, number>();
      ofWord.set(word, counts);
      for (const table of [counts, all]) table.set(tags[t]!, (table.get(tags[t]!) ?? 0) + 1);
    }
  }
  const best = new Map(Array.from(ofWord, ([word, counts]) => [word, mostFrequent(counts)]));
  const fallback = mostFrequent(all);
  return (words) => words.map((word) => best.get(word) ?? best.get(word.toLowerCase()) ?? fallback);
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
