import { Adam, fit, logged, oneCycle } from '@sluice/training';
import { TrainingProgress } from '@sluice/training/node';
import type { Sentence } from './corpus.ts';
import { type Batch, sentenceBatches, type Vocabularies, wordCount } from './examples.ts';
import { listenForInterrupt } from './interrupt.ts';
import { taggingLoss } from './loss.ts';
import type { Tagger } from './model.ts';
import type { Settings } from './settings.ts';

interface Curve {
  readonly x: number[];
  readonly y: number[];
}

/** What was measured while training, by step. */
export interface History {
  readonly train: Curve;
  readonly validation: Curve;
  /** On the validation part; empty with a random field, whose best paths are found only afterwards. */
  readonly accuracy: Curve;
  /** Where Ctrl-C ended the training. */
  interrupted?: string;
}

/** While training, each fourth sentence of the validation part is enough. */
const validationEvery = 4;

export interface FitTaggerOptions extends Pick<Settings, 'epochs' | 'batch' | 'learningRate'> {
  readonly training: readonly Sentence[];
  readonly validation: readonly Sentence[];
  readonly seed: number;
}

/** Trains on sentences, and keeps the weights of the lowest validation loss; after Ctrl-C too. */
export async function fitTagger(
  model: Tagger,
  vocabularies: Vocabularies,
  { training, validation, epochs, batch: batchSize, learningRate, seed }: FitTaggerOptions,
): Promise<History> {
  const data = sentenceBatches(training, vocabularies, { batchSize, seed });
  const held = validation.filter((_, i) => i % validationEvery === 0);
  using optimizer = new Adam(model.parameters(), { learningRate });
  const history: History = { train: { x: [], y: [] }, validation: { x: [], y: [] }, accuracy: { x: [], y: [] } };
  await using interrupt = listenForInterrupt();
  const events = fit<Batch>({
    model,
    optimizer,
    data,
    epochs,
    loss: taggingLoss(model, vocabularies.words),
    schedule: oneCycle({ maximum: learningRate, steps: Math.max(2, epochs * data.batchesPerEpoch), rise: 0.1 }),
    clip: { globalNorm: 5 },
    validate: { data: sentenceBatches(held, vocabularies, { batchSize: 64 }), restoreBest: true },
    items: wordCount,
    signal: interrupt.signal,
  });
  for await (const event of logged(events, new TrainingProgress({ unit: 'words' }))) {
    if (event.type === 'step') push(history.train, event.step, event.loss);
    if (event.type === 'validation') {
      push(history.validation, event.step, event.loss);
      if ('accuracy' in event.metrics) push(history.accuracy, event.step, event.metrics.accuracy);
    }
    if (event.type === 'stopped' && event.reason === 'aborted') history.interrupted = `after step ${event.step}`;
  }
  return history;
}

function push({ x, y }: Curve, step: number, value: number): void {
  x.push(step);
  y.push(value);
}
