import type { ConfusionMatrix } from '@sluice/metrics';
import { createReport, type Figure, lossChart, type Report, rowsOf, type Section } from '@sluice/report';
import type { Sentence } from './corpus.ts';
import { sentenceBatches, type Vocabularies } from './examples.ts';
import type { History } from './fit-tagger.ts';
import type { Tagger } from './model.ts';
import { meaningOf } from './tags.ts';

/** What came of a training. */
export interface Outcome {
  readonly model: Tagger;
  readonly vocabularies: Vocabularies;
  readonly history: History;
  readonly test: readonly Sentence[];
  readonly tagged: readonly (readonly string[])[];
  readonly matrix: ConfusionMatrix;
  readonly figures: readonly Figure[];
  readonly facts: Readonly<Record<string, string>>;
}

/** Tags in the confusion matrix, pairs in the table of confusions, sentences among the samples. */
const [tagsShown, pairsShown, samples] = [20, 20, 8];

/** Words and units in the maps of gates. */
const [wordsInMap, unitsInMap] = [24, 48];

export async function makeReport(outcome: Outcome): Promise<Report> {
  const { model, history, matrix, figures, facts } = outcome;
  const label = model.crf ? 'negative log-likelihood (nats per word)' : 'cross-entropy (nats per word)';
  const share: Section = {
    kind: 'chart',
    title: 'Right on the validation part',
    x: { label: 'step' },
    y: { label: 'words (%)' },
    series: [{ name: 'validation', x: history.accuracy.x, y: history.accuracy.y.map((value) => 100 * value) }],
  };
  return createReport({
    title: 'Part-of-speech tags',
    summary:
      'A bidirectional LSTM reads a sentence by its words and their letters, and says what part of speech each is.',
    facts,
    sections: [
      figuresSection(figures),
      lossChart({ train: history.train, validation: history.validation, label }),
      ...(history.accuracy.x.length > 0 ? [share] : []),
      confusion(matrix),
      confusions(matrix),
      sampleTable(outcome),
      await gateMaps(outcome),
    ],
  });
}

export function figuresSection(figures: readonly Figure[]): Section {
  return { kind: 'figures', title: 'Test', note: 'What is tagged right.', figures };
}

/** The most frequent tags, which come first, and all others as one. */
function confusion(matrix: ConfusionMatrix): Section {
  const all = matrix.labels.map((_, id) => id);
  const groups = [
    ...all.slice(0, tagsShown).map((id) => [id]),
    ...(all.length > tagsShown ? [all.slice(tagsShown)] : []),
  ];
  const labels = groups.map(([first], i) => (i < tagsShown ? matrix.labels[first!]! : 'others'));
  const count = (targets: number[], predictions: number[]) =>
    targets.reduce((sum, target) => sum + predictions.reduce((row, tag) => row + matrix.count(target, tag), 0), 0);
  const note = `The ${Math.min(tagsShown, all.length)} most frequent tags.`;
  const counts = groups.map((targets) => groups.map((predictions) => count(targets, predictions)));
  return { kind: 'confusion', title: 'Tags taken for others', note, labels, counts };
}

/** Which tag is most often taken for which. */
export function confusions(matrix: ConfusionMatrix): Section {
  const { labels } = matrix;
  const pairs = labels.flatMap((_, target) =>
    labels.map((_, tag) => ({ target, tag, count: matrix.count(target, tag) })),
  );
  const wrong = pairs.filter(({ target, tag, count }) => target !== tag && count > 0);
  const rows = wrong
    .sort((a, b) => b.count - a.count)
    .slice(0, pairsShown)
    .map(({ target, tag, count }) => [
      ...[target, tag].map((id) => [labels[id], meaningOf(labels[id]!)].filter((text) => text !== '').join(': ')),
      count,
    ]);
  return { kind: 'table', title: 'The most frequent errors', columns: ['is', 'taken for', 'words'], rows };
}

function sampleTable({ test, tagged }: Outcome): Section {
  const sentences = test.slice(0, samples);
  const lines = sentences.map(({ words, tags }, i) => [
    words.map((word, t) => `${word}/${tagged[i]![t]}`).join(' '),
    words.flatMap((word, t) => (tags[t] === tagged[i]![t] ? [] : [`${word} is ${tags[t]}`])).join('; '),
  ]);
  const note = `The first ${sentences.length} sentences of the test.`;
  return { kind: 'table', title: 'Predictions', note, columns: ['as tagged', 'errors'], rows: lines };
}

/** What the gates of both directions do along the first sentence of the test that fits. */
async function gateMaps({ model, vocabularies, test }: Outcome): Promise<Section> {
  const sentence = test.find(({ words }) => words.length > 8 && words.length <= wordsInMap) ?? test[0];
  const words = sentence!.words.slice(0, wordsInMap);
  const { device } = model;
  const maps = [];
  for await (const batch of sentenceBatches([{ words }], vocabularies, { batchSize: 1 }).epoch(0)) {
    const traces = device.scope(() => model.lstm.inspect(model.embed(batch)).map(({ activations }) => activations));
    for (const [direction, name] of ['reads forward', 'reads backward'].entries()) {
      for (const gate of ['input', 'forget', 'output']) {
        const values = rowsOf(await traces[direction]![gate]!.data(), model.lstm.hiddenSize);
        maps.push({ name: `${gate} gate, ${name}`, values: values.map((units) => units.slice(0, unitsInMap)) });
      }
    }
    for (const tensor of traces.flatMap((gates) => Object.values(gates))) tensor.dispose();
  }
  const steps = words.map((word, t) => `${word}/${sentence!.tags[t]}`);
  return { kind: 'heat', title: 'Gates along a sentence', note: `Up to ${unitsInMap} units.`, steps, maps };
}
