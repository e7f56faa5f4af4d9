import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { checkFolder, saveModel } from '@sluice/model/node';
import { saveReport } from '@sluice/report/node';
import { formatCount, formatDuration } from '@sluice/training/node';
import { loadCorpus, type Sentence } from './corpus.ts';
import { type BackendName, openDevice } from './device.ts';
import { measure } from './evaluate.ts';
import { vocabulariesOf } from './examples.ts';
import { fitTagger } from './fit-tagger.ts';
import { showPath, tellReplaced } from './folder.ts';
import { checkConfig, definition } from './model.ts';
import { print, printSections } from './output.ts';
import { figuresSection, makeReport } from './report.ts';
import { figuresOf } from './score.ts';
import type { Settings } from './settings.ts';

export interface TrainOptions {
  readonly settings: Settings;
  readonly seed: number;
  /** A folder of tagged texts. Default: the Brown corpus. */
  readonly corpus?: string;
  readonly out: string;
  readonly backend: BackendName;
  /** The command that was given, for the card. */
  readonly command: string;
}

/** Trains a tagger, measures it beside the baseline, and saves it with a card and a report. */
export async function train({ settings, seed, corpus: folder, out, backend, command }: TrainOptions): Promise<void> {
  const { mostWords, epochs, batch, learningRate, ...config } = settings;
  checkConfig(config);
  await checkFolder(out, definition);
  using device = await openDevice(backend, seed);
  const corpus = await loadCorpus(folder);
  const { validation, test } = corpus;
  const training = corpus.train.filter((_, i) => i % config.every === 0);
  const vocabularies = vocabulariesOf(training, validation, mostWords);
  const { words, letters, tags } = vocabularies;
  const { threads = 1 } = device.backend.info;
  const counts = [training, validation, test].map(describeSize).join(' / ');
  print(`${corpus.name}: ${counts} to train, validate and test.`);
  print(`${formatCount(words.size)} words have vectors of their own, and ${letters.size} letters; ${tags.size} tags.`);
  print(
    `Computing on ${device.backend.name}, threads: ${threads}. Ctrl-C ends the training; what it reached is measured and saved.`,
  );
  tellReplaced(out);

  const begin = performance.now();
  using model = definition.build(device, config, vocabularies);
  const history = await fitTagger(model, vocabularies, { training, validation, epochs, batch, learningRate, seed });
  const duration = formatDuration(performance.now() - begin);
  const { tagged, score, baseline } = await measure(model, vocabularies, training, test);
  const figures = figuresOf(score, baseline);
  printSections(corpus.name, [figuresSection(figures)]);

  const size = [...model.parameters().values()].reduce((sum, parameter) => sum + parameter.size, 0);
  const facts = {
    data: `${corpus.name}: ${counts} to train, validate and test`,
    command,
    ...(history.interrupted && { interrupted: history.interrupted }),
    seed: String(seed),
    date: new Date().toISOString().slice(0, 10),
    duration: `${duration} on ${device.backend.name}, threads: ${threads}`,
    parameters: formatCount(size),
  };
  const summary = 'Says what part of speech each word of an English sentence is.';
  const card = { title: 'Part-of-speech tagger', summary, figures, facts };
  await saveModel(out, definition, { model, config, preprocessing: vocabularies, card });
  const { matrix } = score;
  const report = await makeReport({ model, vocabularies, history, test, tagged, matrix, figures, facts });
  await saveReport(join(out, 'report.html'), report);
  print(`Saved: ${showPath(out)}, with README.md and report.html (trained in ${duration}).`);
}

function describeSize(sentences: readonly Sentence[]): string {
  return `${formatCount(sentences.reduce((sum, { words }) => sum + words.length, 0))} words`;
}
