import { type ChartSection, createReport, type Report, type Section, smooth, type TableSection } from '@sluice/report';
import type { History } from './fit-network.ts';
import { mainCells } from './folder.ts';
import type { Sample } from './mnist.ts';
import type { Cell, DigitNetwork, Task } from './model.ts';
import { percent } from './output.ts';
import { insideMaps, pictureLines, pictureRow } from './pictures.ts';
import type { Reading } from './read.ts';
import { confusionOf, figuresOf, isRight, type Score } from './score.ts';

/** What came of the training of one cell. */
export interface Trained {
  readonly cell: Cell;
  readonly network: DigitNetwork;
  readonly parameters: number;
  readonly history: History;
  readonly readings: readonly Reading[];
  readonly score: Score;
}

export interface Outcome {
  readonly task: Task;
  readonly trained: readonly [Trained, ...Trained[]];
  readonly samples: readonly Sample[];
  readonly baselines: Readonly<Record<string, Score>>;
  readonly facts: Readonly<Record<string, string>>;
}

const titles: Readonly<Record<Task, string>> = { digit: 'Handwritten digits', string: 'Strings of handwritten digits' };
const mostShown = 12;

/** The figures, of the cell that `evaluate` takes, and the cells side by side. */
export function summarize(outcome: Outcome): Report {
  const { task, score } = { ...outcome, ...shownOf(outcome) };
  const figures = {
    kind: 'figures',
    title: `Test of the ${shownOf(outcome).cell}`,
    figures: figuresOf(task, score, outcome.baselines),
  } as const;
  return createReport({ title: titles[task], facts: outcome.facts, sections: [figures, comparisonOf(outcome)] });
}

/** All there is to see. */
export async function reportOf(outcome: Outcome): Promise<Report> {
  const { task, samples } = outcome;
  const { network, readings, cell } = shownOf(outcome);
  const wrong = samples.flatMap((sample, i) => (isRight(readings[i]!.labels, sample.labels) ? [] : [i]));
  const shown = (task === 'digit' ? wrong : [...wrong.slice(0, mostShown / 2), ...samples.keys()]).slice(0, mostShown);
  const sections: Section[] = [...summarize(outcome).sections, lossesOf(outcome)];
  if (task === 'digit') {
    const matrix = confusionOf(readings, samples);
    const counts = matrix.labels.map((_, row) => matrix.labels.map((_, column) => matrix.count(row, column)));
    sections.push({ kind: 'confusion', title: `What the ${cell} takes for what`, labels: matrix.labels, counts });
  }
  const pictures = shown.map((i) => samples[i]!);
  if (shown.length > 0) {
    const note = `From left to right as in the table that follows.`;
    sections.push(
      task === 'digit'
        ? pictureRow('Misread digits', note, pictures)
        : pictureLines(
            'Strings, misread ones first',
            pictures,
            shown.map((i) => readings[i]!),
          ),
      readsTable(shown, samples, readings),
    );
  }
  sections.push(await insideMaps(network, samples[0]!));
  return createReport({ title: titles[task], facts: outcome.facts, sections });
}

function shownOf({ task, trained }: Outcome): Trained {
  return trained.find(({ cell }) => cell === mainCells[task]) ?? trained[0];
}

function comparisonOf({ task, trained }: Outcome): TableSection {
  const columns = [
    'network',
    ...(task === 'digit' ? ['accuracy'] : ['errors, beam', 'errors, greedy', 'strings right']),
  ];
  const rows = trained.map(({ cell, score, parameters, history }) => [
    cell,
    ...(task === 'digit' ? [score.right] : [score.errors, score.greedyErrors, score.right]).map((share) =>
      percent(share, 2),
    ),
    parameters,
    Math.round(history.seconds),
  ]);
  return { kind: 'table', title: 'Side by side', columns: [...columns, 'parameters', 'seconds'], rows };
}

function lossesOf({ task, trained }: Outcome): ChartSection {
  const series = trained.flatMap(({ cell, history: { train, validation } }) => [
    { name: `${cell}, train`, x: train.x, y: smooth(train.y), faint: true },
    { name: `${cell}, validation`, ...validation },
  ]);
  const label = task === 'digit' ? 'cross-entropy (nats)' : 'CTC (nats per digit)';
  const note =
    'Training pictures are distorted, those of validation are not, and are read with the mean of the weights.';
  return { kind: 'chart', title: 'Loss', note, x: { label: 'update' }, y: { label, scale: 'log' }, series };
}

function readsTable(shown: readonly number[], samples: readonly Sample[], readings: readonly Reading[]): TableSection {
  const rows = shown.map((i) => {
    const { labels, greedy, probability } = readings[i]!;
    return [samples[i]!.labels.join(''), labels.join(''), percent(probability), greedy.join('')];
  });
  return { kind: 'table', title: 'What was read', columns: ['written', 'read', 'probability', 'greedy'], rows };
}
