import { maximumOf } from '@sluice/core';
import { ConfusionMatrix } from '@sluice/metrics';
import { mergedLetters, mergedOf, residueVocabulary, type State, stateLetters } from './alphabet.ts';
import { windowsOf } from './batches.ts';
import type { Chain } from './chains.ts';

/** Right predictions among residues, from 0 to 1, of eight and of three states. */
export interface Shares {
  readonly Q8: number;
  readonly Q3: number;
}

/** Residues that naive Bayes looks at: the one in the middle is predicted. */
const width = 17;

/** What simple methods reach that are fitted to `train`: the most frequent state, and naive Bayes over a window of residues. */
export function measureBaselines(train: readonly Chain[], test: readonly Chain[]): Record<string, Shares> {
  const eight = new WindowCounts(stateLetters, (id) => id);
  const three = new WindowCounts(mergedLetters, (id) => mergedOf[id]!);
  for (const chain of train) for (const counts of [eight, three]) counts.add(chain);
  return {
    majority: { Q8: eight.accuracy(test, 0), Q3: three.accuracy(test, 0) },
    'naive Bayes': { Q8: eight.accuracy(test, width), Q3: three.accuracy(test, width) },
  };
}

/** How often each class, and each residue at each place of the window of a class, occurs. */
class WindowCounts {
  readonly #labels: readonly string[];
  readonly #classOf: (state: number) => number;
  readonly #classes: Float64Array;
  /** [class, place, residue] from 1, so that nothing is impossible (Laplace). */
  readonly #residues: Float64Array;

  constructor(labels: readonly string[], classOf: (state: number) => number) {
    this.#labels = labels;
    this.#classOf = classOf;
    this.#classes = new Float64Array(labels.length).fill(1);
    this.#residues = new Float64Array(labels.length * width * residueVocabulary.size).fill(1);
  }

  add(chain: Chain): void {
    const { data: windows } = windowsOf(chain.residues, width, residueVocabulary);
    for (const [t, label] of this.#targets(chain).entries()) {
      this.#classes[label]!++;
      for (let place = 0; place < width; place++)
        this.#residues[this.#index(label, place, windows[t * width + place]!)]!++;
    }
  }

  /** @param seen places of the window that count: all, or none for the most frequent class */
  accuracy(chains: readonly Chain[], seen: number): number {
    const matrix = new ConfusionMatrix(this.#labels);
    const scores = this.#residues.map((count, i) => {
      const label = Math.floor(i / (width * residueVocabulary.size));
      return Math.log(count / (this.#classes[label]! + residueVocabulary.size - 1));
    });
    for (const chain of chains) {
      const { data: windows } = windowsOf(chain.residues, width, residueVocabulary);
      const targets = this.#targets(chain);
      const predictions = targets.map((_, t) => {
        const totals = this.#labels.map((_, label) => {
          let score = Math.log(this.#classes[label]!);
          for (let place = 0; place < seen; place++)
            score += scores[this.#index(label, place, windows[t * width + place]!)]!;
          return score;
        });
        return totals.indexOf(maximumOf(totals));
      });
      matrix.add(predictions, targets);
    }
    return matrix.accuracy;
  }

  #targets({ states }: Chain): number[] {
    return Array.from(states, (state) => this.#classOf(stateLetters.indexOf(state as State)));
  }

  #index(label: number, place: number, residue: number): number {
    return (label * width + place) * residueVocabulary.size + residue;
  }
}
