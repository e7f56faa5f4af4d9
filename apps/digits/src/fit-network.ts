import { Adam, accuracy, crossEntropy, ctcLoss, fit, type LossResult, logged, oneCycle } from '@sluice/training';
import { TrainingProgress } from '@sluice/training/node';
import { evaluationBatches, trainingBatches } from './batches.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Digits } from './mnist.ts';
import type { DigitNetwork } from './model.ts';
import { samplesOf } from './samples.ts';
import type { Settings } from './settings.ts';
import type { Batch } from './steps.ts';

/** Losses by update. */
export interface History {
  readonly train: { x: number[]; y: number[] };
  readonly validation: { x: number[]; y: number[] };
  readonly seconds: number;
  /** Where Ctrl-C ended the training. */
  readonly interrupted?: string;
}

/** The mean loss of a batch: cross-entropy of digits, CTC of strings, whose labels come after the blank. */
function lossOf(network: DigitNetwork) {
  const { device, task } = network;
  return ({ inputs, lengths, labels }: Batch): LossResult<undefined> => {
    const logits = network.call(device.tensor(inputs), lengths);
    if (task === 'string') {
      const targets = labels.map((digits) => digits.map((digit) => digit + 1));
      // Ones that stand close may leave fewer steps than CTC needs.
      return { loss: ctcLoss(logits, targets, { lengths, zeroInfinity: true }) };
    }
    const targets = device.tensor(Int32Array.from(labels.flat()));
    return { loss: crossEntropy(logits, targets), metrics: { accuracy: accuracy(logits, targets) } };
  };
}

/** Trains a network on the training part and keeps the mean of its weights, validated after each epoch; after Ctrl-C too. */
export async function fitNetwork(network: DigitNetwork, digits: Digits, settings: Settings): Promise<History> {
  const { task } = network;
  const { epochs, batch, count, learningRate, seed } = settings;
  const data = trainingBatches(task, digits.train, { batch, count, seed });
  using optimizer = new Adam(network.parameters(), { learningRate });
  await using interrupt = listenForInterrupt();
  const steps = epochs * (data.batchesPerEpoch as number);
  const events = fit<Batch>({
    model: network,
    optimizer,
    data,
    epochs,
    loss: lossOf(network),
    schedule: oneCycle({ maximum: learningRate, steps: Math.max(2, steps) }),
    clip: { globalNorm: 1 },
    averageWeights: { decay: 0.99 },
    validate: { data: evaluationBatches(task, samplesOf(task, digits, 'validation')) },
    items: ({ labels }) => labels.length,
    signal: interrupt.signal,
  });
  const history = {
    train: { x: [] as number[], y: [] as number[] },
    validation: { x: [] as number[], y: [] as number[] },
  };
  const begin = performance.now();
  let interrupted: string | undefined;
  for await (const event of logged(events, new TrainingProgress({ unit: task === 'digit' ? 'digits' : 'strings' }))) {
    if (event.type === 'stopped' && event.reason === 'aborted') interrupted = `after step ${event.step} of ${steps}`;
    if (event.type !== 'step' && event.type !== 'validation') continue;
    const { x, y } = event.type === 'step' ? history.train : history.validation;
    x.push(event.step);
    y.push(event.loss);
  }
  return { ...history, seconds: (performance.now() - begin) / 1000, ...(interrupted !== undefined && { interrupted }) };
}
