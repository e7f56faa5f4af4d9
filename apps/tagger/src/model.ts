import { concat, dropout, gather, multiply, reshape, transpose } from '@sluice/autograd';
import type { Device, Tensor } from '@sluice/core';
import { Vocabulary } from '@sluice/data';
import { CRF, Embedding, Linear, LSTM, Module, normal } from '@sluice/layers';
import { defineModel } from '@sluice/model';
import * as v from 'valibot';
import { AppError } from './errors.ts';
import type { Batch } from './examples.ts';

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

const configSchema = v.strictObject({
  /** Length of a word's vector, beside what its letters give. */
  word: size(2048),
  /** Length of a letter's vector. */
  letter: size(1024),
  /** Units that read the letters, in each direction. */
  letterHidden: size(1024),
  /** Units that read the sentence, in each direction. */
  hidden: size(4096),
  dropout: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
  /** Whether a conditional random field chooses the tags of a sentence together. */
  crf: v.boolean(),
  /** Each so-manieth sentence for training was used. */
  every: size(1_000_000),
});

export type TaggerConfig = v.InferOutput<typeof configSchema>;

/** @throws AppError naming the field, before a training whose model could not be saved */
export function checkConfig(config: TaggerConfig): void {
  const [issue] = v.safeParse(configSchema, config).issues ?? [];
  if (issue) throw new AppError(`${v.getDotPath(issue)}: ${issue.message}`);
}

/** Reads sentences by their words and letters and scores the tags of each word: [time, batch, tags]. */
export class Tagger extends Module<[batch: Batch], Tensor> {
  readonly words: Embedding;
  readonly letters: Embedding;
  readonly speller: LSTM;
  readonly lstm: LSTM;
  readonly linear: Linear;
  readonly crf: CRF | undefined;
  readonly #dropout: number;

  constructor(device: Device, counts: { words: number; letters: number; tags: number }, config: TaggerConfig) {
    super(device);
    const { word, letter, letterHidden, hidden } = config;
    const initializer = normal(0, 0.1);
    this.words = new Embedding(device, { count: counts.words, size: word, initializer });
    this.letters = new Embedding(device, { count: counts.letters, size: letter, initializer: normal(0, 0.5) });
    const both = { bidirectional: true, forgetBias: 1 };
    this.speller = new LSTM(device, { inputSize: letter, hiddenSize: letterHidden, ...both });
    this.lstm = new LSTM(device, { inputSize: word + 2 * letterHidden, hiddenSize: hidden, ...both });
    this.linear = new Linear(device, { inputSize: 2 * hidden, outputSize: counts.tags });
    this.crf = config.crf ? new CRF(device, { tags: counts.tags }) : undefined;
    this.#dropout = config.dropout;
  }

  /** What the LSTM reads: a vector for each word and the last states over its letters, [time, batch, word + 2 * letterHidden]. */
  embed({ words, letters, spellings }: Omit<Batch, 'tags'>): Tensor {
    const { device } = this;
    const spelt = letters.map(({ values, lengths }) => {
      const { state } = this.speller.call(this.letters.call(device.tensor(values)), { lengths });
      return reshape(transpose(state.hidden, [1, 0, 2]), [lengths.length, -1]);
    });
    return concat([this.words.call(device.tensor(words)), gather(concat(spelt, 0), device.tensor(spellings))], -1);
  }

  protected override forward(batch: Batch): Tensor {
    const { output } = this.lstm.call(this.#drop(this.embed(batch)), { lengths: batch.lengths });
    return this.linear.call(this.#drop(output));
  }

  /** While training, drops the same features of all words of a sentence (Gal & Ghahramani 2016). */
  #drop(x: Tensor): Tensor {
    if (!this.training || this.#dropout === 0) return x;
    return multiply(x, dropout(this.device.ones([1, ...x.shape.slice(1)]), this.#dropout));
  }
}

/** What a model folder holds. */
export const definition = defineModel({
  kind: 'part-of-speech-tagger',
  config: configSchema,
  preprocessing: { words: Vocabulary.fromJSON, letters: Vocabulary.fromJSON, tags: Vocabulary.fromJSON },
  build: (device, config, { words, letters, tags }) =>
    new Tagger(device, { words: words.size, letters: letters.size, tags: tags.size }, config),
});
