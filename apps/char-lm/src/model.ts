import type { Device, Tensor } from '@sluice/core';
import { Dropout, Embedding, Linear, LSTM, type LSTMState, Module } from '@sluice/layers';

export interface ModelOptions {
  readonly embedding: number;
  readonly hidden: number;
  readonly layers: number;
  readonly dropout: number;
}

interface Prediction {
  /** [time, batch, characters]: what comes after each character. */
  readonly logits: Tensor;
  /** After the last character, to go on from. */
  readonly state: LSTMState;
}

/** Reads character ids [time, batch] and says at each what comes next. */
export class CharacterModel extends Module<[ids: Tensor, state?: LSTMState], Prediction> {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly dropout: Dropout;
  readonly linear: Linear;

  constructor(device: Device, characters: number, options: ModelOptions) {
    super(device);
    const { embedding, hidden, layers, dropout } = options;
    this.embedding = new Embedding(device, { count: characters, size: embedding });
    const between = layers > 1 ? dropout : 0;
    this.lstm = new LSTM(device, {
      inputSize: embedding,
      hiddenSize: hidden,
      layers,
      dropout: between,
      forgetBias: 1,
    });
    this.dropout = new Dropout(device, { probability: dropout });
    this.linear = new Linear(device, { inputSize: hidden, outputSize: characters });
  }

  protected override forward(ids: Tensor, state?: LSTMState): Prediction {
    const { output, state: next } = this.lstm.call(this.embedding.call(ids), { state });
    return { logits: this.linear.call(this.dropout.call(output)), state: next };
  }
}
