import type { Figure, FiguresSection, Section, TableSection } from '@sluice/report';
import type { MethodScore, Score } from './score.ts';
import { levels, type Settings } from './settings.ts';
import { summarize, type Verdict, verdictsOf } from './verdict.ts';

/** The key figures beside those of the simple methods, for report and card. */
export function figuresOf(score: Score, { unit, horizon }: Settings): Figure[] {
  const { model, baselines, crps, coverage } = score;
  const figure = (name: string, of: (method: MethodScore) => string | undefined): Figure[] => {
    const value = of(model);
    if (value === undefined) return [];
    return [{ name, value, baselines: Object.fromEntries(baselines.map((method) => [method.name, of(method) ?? ''])) }];
  };
  const inUnit = (value: number) => `${value.toFixed(3)} ${unit}`.trimEnd();
  const percent = (read: () => number) => {
    try {
      return `${read().toFixed(3)} %`;
    } catch {
      // There is no percentage of 0.
      return undefined;
    }
  };
  const several = horizon > 1;
  return [
    ...figure(several ? 'MAE, step 1' : 'MAE', ({ steps }) => inUnit(steps[0]!.mae)),
    ...(several ? figure(`MAE, steps 1-${horizon}`, ({ all }) => inUnit(all.mae)) : []),
    ...figure(several ? 'MAPE, step 1' : 'MAPE', ({ steps }) => percent(() => steps[0]!.mape)),
    ...(several ? figure(`MAPE, steps 1-${horizon}`, ({ all }) => percent(() => all.mape)) : []),
    {
      name: 'CRPS (of a point: its MAE)',
      value: inUnit(crps),
      baselines: Object.fromEntries(baselines.map(({ name, all }) => [name, inUnit(all.mae)])),
    },
    { name: 'inside the 80 % interval', value: `${(100 * coverage.all).toFixed(1)} %` },
  ];
}

/** Figures, errors step by step, verdicts and how honest the intervals are. */
export function scoreSections(score: Score, settings: Settings, part: string): Section[] {
  const first = verdictsOf(score, 'first');
  const all = verdictsOf(score, 'all');
  const origins = score.model.steps[0]!.count;
  const figures: FiguresSection = {
    kind: 'figures',
    title: part,
    note: `Forecasts from ${origins} origins, each from what was known then. ${summarize(first, all)}`,
    figures: figuresOf(score, settings),
  };
  return [figures, stepTable(score, settings), verdictTable(first, all), intervalTable(score)];
}

function stepTable({ model, baselines, coverage }: Score, { horizon, unit }: Settings): TableSection {
  const most = 12;
  const shown = Array.from({ length: Math.min(horizon, most) }, (_, i) =>
    horizon <= most ? i : Math.round((i * (horizon - 1)) / (most - 1)),
  );
  const methods = [model, ...baselines];
  return {
    kind: 'table',
    title: 'Errors by step',
    note: `Mean absolute error${unit ? ` in ${unit}` : ''}, and the share of values inside the 80 % interval.`,
    columns: ['step', ...methods.map(({ name }) => name), 'inside'],
    rows: shown.map((step) => [
      String(step + 1),
      ...methods.map(({ steps }) => steps[step]!.mae),
      `${(100 * coverage.steps[step]!).toFixed(1)} %`,
    ]),
  };
}

function verdictTable(first: readonly Verdict[], all: readonly Verdict[]): TableSection {
  const cells = ({ gain, statistic, words }: Verdict) => [
    `${gain >= 0 ? '' : '+'}${(-100 * gain).toFixed(1)} %`,
    statistic.toFixed(1),
    words,
  ];
  return {
    kind: 'table',
    title: 'Against simple methods',
    note: 'Error of the model beside that of the method, and by how many standard errors it is lower (Diebold-Mariano).',
    columns: ['method', 'step 1: error', 'statistic', 'the model is', 'all steps: error', 'statistic', 'the model is'],
    rows: first.map((verdict, i) => [verdict.baseline, ...cells(verdict), ...cells(all[i]!)]),
  };
}

function intervalTable({ below }: Score): TableSection {
  return {
    kind: 'table',
    title: 'Quantiles',
    note: 'The share of values below each quantile, which should be its level.',
    columns: ['level', 'share below'],
    rows: levels.map((level, i) => [`${100 * level} %`, `${(100 * below[i]!).toFixed(1)} %`]),
  };
}
