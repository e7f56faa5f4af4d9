import { matMul, softmax } from '@sluice/autograd';
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

/** The cross-entropy of the eight states; while validating, how many of the eight and of the three are right, Q8 and Q3. */
export function structureLoss(model: StructureModel) {
  const { device } = model;
  return ({ fields, lengths }: Batch): { loss: Tensor; metrics?: Record<string, Tensor> } => {
    const logits = model.call(device.tensor(fields.windows), lengths);
    const targets = device.tensor(fields.states);
    const loss = crossEntropy(logits, targets, { ignoreIndex: noState });
    if (model.training) return { loss };
    const Q3 = accuracy(mergedProbabilities(logits), device.tensor(fields.merged), { ignoreIndex: noState });
    const Q8 = accuracy(logits, targets, { ignoreIndex: noState });
    return { loss, metrics: { Q3, Q8 } };
  };
}
