import type { Vocabulary } from '@sluice/data';
import { ConfusionMatrix } from '@sluice/metrics';
import { mergedLetters, mergedOf, stateLetters } from './alphabet.ts';
import type { Shares } from './baselines.ts';
import type { Chain } from './chains.ts';
import type { StructureModel } from './model.ts';
import { type Prediction, predict } from './predict.ts';

export interface Evaluation {
  readonly predictions: readonly Prediction[];
  readonly eight: ConfusionMatrix;
  readonly three: ConfusionMatrix;
}

/** How often the model is right about the residues of chains whose structure is known. */
export async function evaluate(
  model: StructureModel,
  vocabulary: Vocabulary,
  window: number,
  chains: readonly Chain[],
): Promise<Evaluation> {
  const predictions = await predict(model, vocabulary, window, chains);
  const eight = new ConfusionMatrix(stateLetters);
  const three = new ConfusionMatrix(mergedLetters);
  for (const [i, { states, merged }] of predictions.entries()) {
    const targets = idsOf(chains[i]!.states, stateLetters);
    eight.add(idsOf(states, stateLetters), targets);
    three.add(
      idsOf(merged, mergedLetters),
      targets.map((state) => mergedOf[state]!),
    );
  }
  return { predictions, eight, three };
}

function idsOf(letters: string, alphabet: readonly string[]): number[] {
  return Array.from(letters, (letter) => alphabet.indexOf(letter));
}

/** Q3, Q8 and the mean F1 of the classes, beside what simple methods reach. */
export function figuresOf({ eight, three }: Evaluation, baselines: Readonly<Record<string, Shares>>) {
  const beside = (name: keyof Shares) =>
    Object.fromEntries(Object.entries(baselines).map(([method, shares]) => [method, percent(shares[name])]));
  return [
    { name: 'Q3', value: percent(three.accuracy), baselines: beside('Q3') },
    { name: 'Q8', value: percent(eight.accuracy), baselines: beside('Q8') },
    { name: 'mean F1 of 3 states', value: three.average('macro').f1.toFixed(3) },
    { name: 'mean F1 of 8 states', value: eight.average('macro').f1.toFixed(3) },
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
