import type { Vocabulary } from '@sluice/data';
import type { ConfusionMatrix } from '@sluice/metrics';
import {
  createReport,
  type Figure,
  type LossHistory,
  lossChart,
  type Report,
  rowsOf,
  type Section,
} from '@sluice/report';
import { mergedNames, stateNames } from './alphabet.ts';
import { windowsOf } from './batches.ts';
import type { Chain } from './chains.ts';
import type { Evaluation } from './evaluation.ts';
import type { ModelConfig, StructureModel } from './model.ts';

/** What came of a training, by step and on the chains of the test. */
export interface Outcome {
  readonly model: StructureModel;
  readonly config: ModelConfig;
  readonly vocabulary: Vocabulary;
  readonly history: LossHistory;
  readonly shares: { readonly x: number[]; readonly Q3: number[]; readonly Q8: number[] };
  readonly chains: readonly Chain[];
  readonly evaluation: Evaluation;
  readonly figures: readonly Figure[];
  readonly facts: Readonly<Record<string, string>>;
}

/** Chains in the table of predictions, and residues shown of each. */
const [samples, shown] = [6, 100];

/** Residues and units in the maps of gates. */
const [residuesInMap, unitsInMap] = [80, 48];

export async function makeReport(outcome: Outcome): Promise<Report> {
  const { history, shares, evaluation, figures, facts } = outcome;
  const { eight, three } = evaluation;
  const percent = (values: readonly number[]) => values.map((value) => 100 * value);
  return createReport({
    title: 'Protein secondary structure',
    summary: 'A stacked bidirectional LSTM reads the residues of a chain and says which state of DSSP each is in.',
    facts,
    sections: [
      { kind: 'figures', title: 'Test', figures },
      lossChart(history),
      {
        kind: 'chart',
        title: 'Right on the validation part',
        x: { label: 'step' },
        y: { label: 'residues (%)' },
        series: [
          { name: 'Q3', x: shares.x, y: percent(shares.Q3) },
          { name: 'Q8', x: shares.x, y: percent(shares.Q8) },
        ],
      },
      confusion('Three states', three),
      scores('Scores of the three states', three, mergedNames),
      confusion('Eight states', eight),
      scores('Scores of the eight states', eight, stateNames),
      predictionTable(outcome),
      await gateMaps(outcome),
    ],
  });
}

function confusion(title: string, matrix: ConfusionMatrix): Section {
  const { labels } = matrix;
  return { kind: 'confusion', title, labels, counts: labels.map((_, i) => labels.map((_, k) => matrix.count(i, k))) };
}

function scores(title: string, matrix: ConfusionMatrix, names: Readonly<Record<string, string>>): Section {
  return {
    kind: 'table',
    title,
    columns: ['state', 'precision', 'recall', 'F1', 'residues'],
    rows: matrix.classes.map(({ label, precision, recall, f1, support }) => [
      `${label}, ${names[label]}`,
      ...[precision, recall, f1].map((score) => score.toFixed(3)),
      support,
    ]),
  };
}

function predictionTable({ chains, evaluation }: Outcome): Section {
  const rows = chains.slice(0, samples).flatMap(({ id, residues, states }, i) => {
    const { states: predicted, merged } = evaluation.predictions[i]!;
    const lines = { residues, actual: states, predicted, 'of three': merged };
    return Object.entries(lines).map(([name, line]) => [id, name, line.slice(0, shown)]);
  });
  const note = `The first ${shown} residues of the first chains of the test.`;
  return { kind: 'table', title: 'Predictions', note, columns: ['chain', '', ''], rows };
}

/** What the gates of the first network's first layer do along the first short chain. */
async function gateMaps({ model, config, vocabulary, chains }: Outcome): Promise<Section> {
  const chain = chains.find(({ residues }) => residues.length <= residuesInMap) ?? chains[0];
  const residues = chain!.residues.slice(0, residuesInMap);
  const {
    device,
    networks: [network],
  } = model;
  const windows = windowsOf(residues, config.window, vocabulary);
  const traces = device.scope(() => {
    const ids = device.tensor(windows.data, { shape: [residues.length, 1, config.window] });
    return network!.layers[0]!.inspect(network!.embed(ids)).map(({ activations }) => activations);
  });
  const maps = [];
  for (const [direction, name] of ['reads forward', 'reads backward'].entries()) {
    for (const gate of ['input', 'forget', 'output']) {
      const values = rowsOf(await traces[direction]![gate]!.data(), config.hidden);
      maps.push({ name: `${gate} gate, ${name}`, values: values.map((units) => units.slice(0, unitsInMap)) });
    }
  }
  for (const tensor of traces.flatMap((gates) => Object.values(gates))) tensor.dispose();
  return {
    kind: 'heat',
    title: `Gates of the first layer, chain ${chain!.id}`,
    note: `Up to ${unitsInMap} units; below, each residue with its actual state.`,
    steps: Array.from(residues, (residue, i) => `${residue} ${chain!.states[i]}`),
    maps,
  };
}
