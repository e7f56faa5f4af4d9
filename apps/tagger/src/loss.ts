import { divide } from '@sluice/autograd';
import type { Random, Tensor, TensorData } from '@sluice/core';
import type { Vocabulary } from '@sluice/data';
import { accuracy, crfLoss, crossEntropy } from '@sluice/training';
import { type Batch, noTag, wordCount } from './examples.ts';
import type { Tagger } from './model.ts';

/** How strongly words are taken for unknown ones while training: a word seen n times is one time in 1 + 4 n. */
const forgetting = 0.25;

/** Nats per word: the cross-entropy of the tags, or the negative log-likelihood of the sentences' paths under the random field. */
export function taggingLoss(model: Tagger, words: Vocabulary) {
  const { device } = model;
  return (batch: Batch): { loss: Tensor; metrics?: Record<string, Tensor> } => {
    const read = model.training ? { ...batch, words: forget(batch.words, words, device.random) } : batch;
    const scores = model.call(read);
    const tags = device.tensor(batch.tags);
    if (model.crf) {
      const { lengths } = batch;
      return { loss: divide(crfLoss(model.crf, scores, tags, { lengths, reduction: 'sum' }), wordCount(batch)) };
    }
    const loss = crossEntropy(scores, tags, { ignoreIndex: noTag });
    return model.training ? { loss } : { loss, metrics: { accuracy: accuracy(scores, tags, { ignoreIndex: noTag }) } };
  };
}

/** Takes words for unknown ones, rare ones more often (Kiperwasser & Goldberg 2016, section 4), so that the letters are learnt to be relied on. */
function forget(ids: TensorData, words: Vocabulary, random: Random): TensorData {
  const data = Int32Array.from(ids.data as Int32Array, (id) =>
    random.next() < forgetting / (forgetting + words.counts[id]!) ? 0 : id,
  );
  return { ...ids, data };
}
