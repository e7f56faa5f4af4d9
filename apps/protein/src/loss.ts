import { matMul, mean, softmax, stack } from '@sluice/autograd';
import type { Tensor } from '@sluice/core';
import { accuracy, crossEntropy } from '@sluice/training';
import { mergedLetters, mergedOf, stateLetters } from './alphabet.ts';
import { type Batch, noState } from './batches.ts';
import type { StructureModel } from './model.ts';

/** [8, 3]: 1 where a state is merged into a class. */
const mergingMatrix = Float32Array.from({ length: stateLetters.length * mergedLetters.length }, (_, i) =>
  mergedOf[Math.floor(i / mergedLetters.length)] === i % mergedLetters.length ? 1 : 0,
);

/** Probabilities of the three classes, each the sum of those of its states: logits [..., 8] to [..., 3]. */
export function mergedProbabilities(logits: Tensor): Tensor {
  const { device } = logits;
  const matrix = device.tensor(mergingMatrix, { shape: [stateLetters.length, mergedLetters.length] });
  return device.scope(() => matMul(softmax(logits), matrix));
}

/**
 * The cross-entropy of the eight states: in training the mean of the networks' own, each of which learns alone; in validation that of the model, and how many
 * of the eight and of the three are right, Q8 and Q3.
 */
export function structureLoss(model: StructureModel) {
  const { device } = model;
  return ({ fields, lengths }: Batch): { loss: Tensor; metrics?: Record<string, Tensor> } => {
    const windows = device.tensor(fields.windows);
    const targets = device.tensor(fields.states);
    if (model.training) {
      const losses = model.networks.map((network) =>
        crossEntropy(network.call(windows, lengths), targets, { ignoreIndex: noState }),
      );
      return { loss: mean(stack(losses)) };
    }
    const logits = model.call(windows, lengths);
    const loss = crossEntropy(logits, targets, { ignoreIndex: noState });
    const Q3 = accuracy(mergedProbabilities(logits), device.tensor(fields.merged), { ignoreIndex: noState });
    const Q8 = accuracy(logits, targets, { ignoreIndex: noState });
    return { loss, metrics: { Q3, Q8 } };
  };
}
