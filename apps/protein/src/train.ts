import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { checkFolder, saveModel } from '@sluice/model/node';
import { saveReport } from '@sluice/report/node';
import { AdamW, fit, logged, oneCycle } from '@sluice/training';
import { formatCount, formatDuration, jsonLines, TrainingProgress } from '@sluice/training/node';
import { residueVocabulary } from './alphabet.ts';
import { measureBaselines } from './baselines.ts';
import { chainBatches, residueCount } from './batches.ts';
import { readChains } from './chains.ts';
import { type BackendName, openDevice } from './device.ts';
import { evaluate, figuresOf } from './evaluation.ts';
import { showPath, tellReplaced } from './folder.ts';
import { listenForInterrupt } from './interrupt.ts';
import { structureLoss } from './loss.ts';
import { checkConfig, definition, type ModelConfig, StructureModel } from './model.ts';
import { print, printEvaluation } from './output.ts';
import { makeReport } from './report.ts';

/** What a training depends on. */
export interface Settings extends ModelConfig {
  readonly epochs: number;
  readonly batch: number;
  /** The highest of the one-cycle schedule. */
  readonly learningRate: number;
  /** How much of the mean of the weights each update keeps. */
  readonly averaging: number;
  readonly seed: number;
}

export interface TrainOptions {
  readonly settings: Settings;
  readonly data: string;
  /** How many chains of the training part to use. Default all. */
  readonly chains?: number;
  readonly out: string;
  readonly backend: BackendName;
  /** The command that was given, for the card. */
  readonly command: string;
}

export async function train({ settings, data, chains, out, backend, command }: TrainOptions): Promise<void> {
  const { epochs, batch, learningRate, averaging, seed, ...config } = settings;
  checkConfig(config);
  const split = await readChains(data);
  const examples = split.train.slice(0, chains);
  using device = await openDevice(backend, seed);
  await checkFolder(out, definition);
  const vocabulary = residueVocabulary;
  using model = new StructureModel(device, vocabulary.size, config);
  const { window } = config;
  const batches = chainBatches(examples, vocabulary, { window, batchSize: batch, seed });
  const validation = chainBatches(split.validation, vocabulary, { window, batchSize: 32 });
  const steps = batches.batchesPerEpoch * epochs;
  const size = [...model.parameters().values()].reduce((sum, parameter) => sum + parameter.size, 0);
  const counts = [examples, split.validation, split.test].map(({ length }) => formatCount(length));
  const { threads = 1 } = device.backend.info;
  print(`${counts.join(' / ')} chains to train, validate and test; ${formatCount(size)} parameters;`);
  print(
    `${formatCount(steps)} steps on ${device.backend.name}, threads: ${threads}. Ctrl-C ends the training; what it reached is measured and saved.`,
  );
  tellReplaced(out);

  const history = {
    train: { x: [] as number[], y: [] as number[] },
    validation: { x: [] as number[], y: [] as number[] },
  };
  const shares = { x: history.validation.x, Q3: [] as number[], Q8: [] as number[] };
  const begin = performance.now();
  let interrupted: string | undefined;
  {
    using optimizer = new AdamW(model.parameters(), { learningRate });
    await using interrupt = listenForInterrupt();
    const events = fit({
      model,
      optimizer,
      data: batches,
      epochs,
      loss: structureLoss(model),
      schedule: oneCycle({ maximum: learningRate, steps: Math.max(2, steps) }),
      clip: { globalNorm: 1 },
      averageWeights: { decay: averaging },
      validate: { data: validation },
      items: residueCount,
      signal: interrupt.signal,
    });
    const progress = new TrainingProgress({ unit: 'residues' });
    for await (const event of logged(events, progress, jsonLines(join(out, 'log.jsonl')))) {
      if (event.type === 'step') {
        history.train.x.push(event.step);
        history.train.y.push(event.loss);
      }
      if (event.type === 'validation') {
        history.validation.x.push(event.step);
        history.validation.y.push(event.loss);
        shares.Q3.push(event.metrics.Q3!);
        shares.Q8.push(event.metrics.Q8!);
      }
      if (event.type === 'stopped' && event.reason === 'aborted') interrupted = `after step ${event.step} of ${steps}`;
    }
  }
  const duration = performance.now() - begin;

  const evaluation = await evaluate(model, vocabulary, window, split.test);
  const figures = figuresOf(evaluation, measureBaselines(examples, split.test));
  printEvaluation(evaluation, figures);
  const facts = {
    data: `${showPath(data)}: ${counts.join(' / ')} chains to train, validate and test; structures from ProMod3 (Apache-2.0)`,
    command,
    ...(interrupted !== undefined && { interrupted }),
    seed: String(seed),
    date: new Date().toISOString().slice(0, 10),
    duration: `${formatDuration(duration)} on ${device.backend.name}, threads: ${threads}`,
    parameters: formatCount(size),
  };
  const summary = `Says which of eight states of DSSP each residue of a protein chain is in, from the chain alone.`;
  const card = { title: 'Protein secondary structure', summary, figures, facts };
  await saveModel(out, definition, { model, config, preprocessing: { residues: vocabulary }, card });
  const outcome = {
    model,
    config,
    vocabulary,
    history: { ...history, label: 'cross-entropy (nats per residue)' },
    shares,
  };
  const report = await makeReport({ ...outcome, chains: split.test, evaluation, figures, facts });
  await saveReport(join(out, 'report.html'), report);
  print(`Saved: ${showPath(out)}, with README.md, report.html and log.jsonl (trained in ${formatDuration(duration)}).`);
}
