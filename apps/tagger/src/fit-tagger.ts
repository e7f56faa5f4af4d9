import type { Device } from '@sluice/core';
import { Adam, fit, logged, oneCycle } from '@sluice/training';
import { TrainingProgress } from '@sluice/training/node';
import type { Sentence } from './corpus.ts';
import { type Batch, sentenceBatches, type Vocabularies, wordCount } from './examples.ts';
import { taggingLoss } from './loss.ts';
import { definition, type Tagger } from './model.ts';
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
}

/** While training, each fourth sentence of the validation part is enough. */
const validationEvery = 4;

/** Trains on sentences, and keeps the weights of the lowest validation loss. */
export async function fitTagger(
  device: Device,
  training: readonly Sentence[],
  validation: readonly Sentence[],
  vocabularies: Vocabularies,
  { epochs, batch: batchSize, learningRate, mostWords: _, ...config }: Settings,
  seed: number,
): Promise<{ model: Tagger; config: typeof config; history: History }> {
  const model = definition.build(device, config, vocabularies);
  const data = sentenceBatches(training, vocabularies, { batchSize, seed });
  const held = validation.filter((_, i) => i % validationEvery === 0);
  const optimizer = new Adam(model.parameters(), { learningRate });
  const history: History = { train: { x: [], y: [] }, validation: { x: [], y: [] }, accuracy: { x: [], y: [] } };
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
  });
  try {
    for await (const event of logged(events, new TrainingProgress({ unit: 'words' }))) {
      if (event.type === 'step') push(history.train, event.step, event.loss);
      if (event.type === 'validation') {
        push(history.validation, event.step, event.loss);
        if ('accuracy' in event.metrics) push(history.accuracy, event.step, event.metrics.accuracy);
      }
    }
  } finally {
    optimizer.dispose();
  }
  return { model: model.eval(), config, history };
}

function push({ x, y }: Curve, step: number, value: number): void {
  x.push(step);
  y.push(value);
}
