import { Random } from '@sluice/core';
import type { Vocabulary } from '@sluice/data';
import { sampleToken } from '@sluice/decoding';
import type { LSTMState } from '@sluice/layers';
import { disposeState } from './loss.ts';
import type { CharacterModel } from './model.ts';

export interface GenerateOptions {
  /** What to go on from. Default: a new line, or the most frequent character where there is none. */
  readonly prompt?: string | undefined;
  /** 1 samples as the model predicts, less is more cautious, 0 always takes the likeliest character. */
  readonly temperature: number;
  /** Characters to write. */
  readonly length: number;
  readonly seed: number;
}

/** Writes text character by character: the prompt, if one is given, and what the model goes on with. */
export async function* generate(
  model: CharacterModel,
  vocabulary: Vocabulary,
  options: GenerateOptions,
): AsyncGenerator<string, void, undefined> {
  const { temperature, length, seed, prompt } = options;
  const { device } = model.eval();
  const random = new Random(seed).fork('sample');
  let ids = vocabulary.encode(prompt! || (vocabulary.has('\n') ? '\n' : vocabulary.tokens[0]!));
  if (prompt) yield prompt;
  let state: LSTMState | undefined;
  for (let written = 0; written < length; written++) {
    const result = device.scope(() => model.call(device.tensor(ids, { shape: [ids.length, 1] }), state));
    const logits = (await result.logits.data()).slice(-vocabulary.size);
    result.logits.dispose();
    disposeState(state);
    state = result.state;
    const id = sampleToken(logits, random, { temperature });
    yield vocabulary.tokens[id]!;
    ids = Int32Array.of(id);
  }
  disposeState(state);
}
