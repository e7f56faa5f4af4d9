import { softmax } from '@sluice/autograd';
import { bucketedBatches, padFields, type Vocabulary } from '@sluice/data';
import { mergedLetters, stateLetters } from './alphabet.ts';
import { windowsOf } from './batches.ts';
import { mergedProbabilities } from './loss.ts';
import type { StructureModel } from './model.ts';

/** A letter for each residue. */
export interface Prediction {
  /** The likeliest of the eight states. */
  readonly states: string;
  /** The likeliest of the three. */
  readonly merged: string;
  /** The probability of the one of the three in tenths, rounded down: 3 to 9. */
  readonly confidence: string;
}

const batchSize = 16;

/** What the model says of chains, in their order. */
export async function predict(
  model: StructureModel,
  vocabulary: Vocabulary,
  window: number,
  chains: readonly { readonly residues: string }[],
): Promise<Prediction[]> {
  const { device } = model.eval();
  const source = bucketedBatches(chains, {
    batchSize,
    length: ({ residues }) => residues.length,
    collate: (batch, indices) => ({
      indices,
      ...padFields(batch.map(({ residues }) => ({ windows: windowsOf(residues, window, vocabulary) }))),
    }),
  });
  const predictions: Prediction[] = [];
  for await (const { fields, lengths, indices } of source.epoch(0)) {
    const { eight, three } = device.scope(() => {
      const logits = model.call(device.tensor(fields.windows), lengths);
      return { eight: softmax(logits), three: mergedProbabilities(logits) };
    });
    const [states, classes] = [await eight.data(), await three.data()];
    eight.dispose();
    three.dispose();
    for (const [row, index] of indices.entries()) {
      const places = Array.from({ length: lengths[row]! }, (_, t) => t * lengths.length + row);
      const best = places.map((place) => likeliest(states, place, stateLetters.length));
      const bestMerged = places.map((place) => likeliest(classes, place, mergedLetters.length));
      predictions[index] = {
        states: best.map(({ id }) => stateLetters[id]).join(''),
        merged: bestMerged.map(({ id }) => mergedLetters[id]).join(''),
        confidence: bestMerged.map(({ probability }) => Math.min(9, Math.floor(10 * probability!))).join(''),
      };
    }
  }
  return predictions;
}

function likeliest(probabilities: ArrayLike<number>, place: number, count: number) {
  let id = 0;
  for (let k = 1; k < count; k++) {
    if (probabilities[place * count + k]! > probabilities[place * count + id]!) id = k;
  }
  return { id, probability: probabilities[place * count + id] };
}
