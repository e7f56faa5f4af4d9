import { access, constants, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContiguousBatch } from '@sluice/data';
import type { LSTMState } from '@sluice/layers';
import { bitsPerCharacter } from '@sluice/metrics';
import { Adam, fit, logged, oneCycle } from '@sluice/training';
import { formatCount, TrainingProgress } from '@sluice/training/node';
import {
  type BackendRequest,
  describeDevice,
  describeIdentity,
  identityOf,
  openDevice,
  sameIdentity,
} from './backends.ts';
import { endAfter, evaluationBatches, trainingBatches } from './batches.ts';
import { listenForInterruption } from './interrupt.ts';
import { predictionLoss, targetCount } from './loss.ts';
import { CharacterModel } from './model.ts';
import { describeModel, fileOption, readModelFile, showPath } from './model-file.ts';
import { callOf, print } from './output.ts';
import { planTraining, type TrainingPlan, type TrainingRequest } from './plan.ts';
import { describeLoss, hint, reportModel } from './report.ts';
import { type Save, saveTo } from './save.ts';
import { unigramEntropy } from './text.ts';

export interface TrainOptions extends TrainingRequest, BackendRequest {
  /** Steps between two saves. */
  readonly checkpointEvery: number;
}

/** Trains a model, or finds it trained. Returns the exit code. */
export async function train(options: TrainOptions): Promise<number> {
  const save = saveTo(options.out);
  const plan = await planTraining(options);
  const { backend, threads } = options;
  const { text, settings, found } = plan;
  if (found?.finished && settings.steps === found.state.step) {
    print(`${showPath(options.out)} is trained already.`);
    await reportModel(found, { backend, threads, evaluateOn: text });
    hint('Train another', 'train --hidden 128 --out other.safetensors');
    return 0;
  }
  const folder = dirname(options.out);
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
  const exitCode = await run(plan, options, save);
  if (exitCode === 0) await reportModel(await readModelFile(options.out), { backend, threads });
  return exitCode;
}

async function run({ text, settings, found }: TrainingPlan, options: TrainOptions, save: Save): Promise<number> {
  const { out, checkpointEvery } = options;
  using device = await openDevice(options, found?.backend, settings.seed);
  const backend = identityOf(device);
  using model = new CharacterModel(device, text.vocabulary.size, settings);
  const optimizer = new Adam(model.parameters(), { learningRate: settings.learningRate });
  const batches = trainingBatches(text, settings);
  const validation = evaluationBatches(text, 'validation');
  const from = found?.state ?? { step: 0, epoch: 0, batch: 0 };
  const { data, epochs } = endAfter(settings.steps, batches, from);

  // Listened for before anything is printed: whoever reads a line may stop the training.
  const interruption = listenForInterruption();
  const { name, characters } = text.identity;
  const size = [...model.parameters().values()].reduce((sum, parameter) => sum + parameter.size, 0);
  print(`${name}: ${formatCount(characters)} characters, ${text.vocabulary.size} different ones.`);
  print(`Letter frequencies alone predict it at ${unigramEntropy(text.vocabulary).toFixed(2)} bits per character.`);
  print(
    `LSTM with ${formatCount(size)} parameters, ${formatCount(settings.steps)} steps of Adam (Ctrl-C stops and saves).`,
  );
  print(`Computing on ${describeDevice(device)}.`);
  if (from.step > 0) print(`Going on after step ${formatCount(from.step)} of ${showPath(out)}.`);
  if (found && !sameIdentity(found.backend, backend)) {
    print(`It was trained on ${describeIdentity(found.backend)}: the result will not be the same to the last bit.`);
  }

  const progress = new TrainingProgress({
    steps: settings.steps,
    unit: 'chars',
    describeStep: ({ smoothedLoss }) => [`${bitsPerCharacter(smoothedLoss).toFixed(2)} bits/char`],
    describeValidation: ({ step, loss }) =>
      `After step ${formatCount(step)}: ${describeLoss('validation', loss, validation.targetsPerEpoch)}`,
  });
  let saved = from.step;
  try {
    const events = fit<ContiguousBatch, LSTMState>({
      model,
      optimizer,
      data,
      epochs,
      loss: predictionLoss(model),
      schedule: oneCycle({ maximum: settings.learningRate, steps: Math.max(2, settings.steps), rise: 0.1 }),
      clip: { globalNorm: 1 },
      validate: { data: validation },
      checkpoint: {
        everySteps: checkpointEvery,
        save,
        config: describeModel(settings, text, backend),
      },
      ...(found && { resume: found.state }),
      signal: interruption.signal,
      items: targetCount,
    });
    let reason: string | undefined;
    for await (const event of logged(events, progress)) {
      if (event.type === 'stopped') reason = event.reason;
      if (event.type === 'checkpoint') saved = event.step;
    }
    if (reason !== 'aborted') return 0;
    const stopped =
      saved === 0
        ? 'Stopped before the first step; nothing was saved.'
        : `Stopped and saved after step ${formatCount(saved)}. Go on with: ${callOf(`train --resume${fileOption('--out', out)}`)}`;
    print(stopped);
    return interruption.exitCode();
  } finally {
    interruption.stopListening();
    optimizer.dispose();
  }
}
