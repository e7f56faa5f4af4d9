import { argMax } from '@sluice/autograd';
import { viterbiDecode } from '@sluice/decoding';
import { type Batch, sentenceBatches, type Vocabularies } from './examples.ts';
import type { Tagger } from './model.ts';

const batchSize = 64;

/** The tags of sentences, in their order. */
export async function tagSentences(
  model: Tagger,
  vocabularies: Vocabularies,
  sentences: readonly { readonly words: readonly string[] }[],
): Promise<string[][]> {
  const tagged: string[][] = sentences.map(() => []);
  const decode = await decoderOf(model.eval());
  const { tokens } = vocabularies.tags;
  for await (const batch of sentenceBatches(sentences, vocabularies, { batchSize }).epoch(0)) {
    const paths = await decode(batch);
    for (const [row, path] of paths.entries()) tagged[batch.indices[row]!] = Array.from(path, (tag) => tokens[tag]!);
  }
  return tagged;
}

/** The likeliest tag of each word, or with a random field the likeliest path of each sentence. */
async function decoderOf(model: Tagger): Promise<(batch: Batch) => Promise<ArrayLike<number>[]>> {
  const { device } = model;
  const crf = await model.crf?.scores();
  return async (batch) => {
    const { lengths } = batch;
    const scores = device.scope(() => (crf ? model.call(batch) : argMax(model.call(batch), -1)));
    const [data, { shape }] = [await scores.data(), scores];
    scores.dispose();
    if (crf) return viterbiDecode({ data, shape }, { ...crf, lengths }).map(({ tags }) => tags);
    return Array.from(lengths, (length, row) =>
      Array.from({ length }, (_, t) => Number(data[t * lengths.length + row])),
    );
  };
}
