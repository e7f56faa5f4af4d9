import { meanOf } from '@sluice/core';
import type { ChartSection } from './chart.ts';
import { formatNumber, formatPercent, formatTime, sampleIndices } from './format.ts';
import type { ConfusionSection, FiguresSection, HeatSection, Section } from './report.ts';

/** The numbers of a section as a table; the first column names the row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether a column is of numbers, which line up on the right. */
  readonly numeric: readonly boolean[];
}

/** The numbers of a section; where there are many, `most` rows of them, evenly spread. */
export function tableOf(section: Section, most: number): Table {
  switch (section.kind) {
    case 'figures':
      return figuresTable(section);
    case 'chart':
      return chartTable(section, most);
    case 'confusion':
      return confusionTable(section);
    case 'table': {
      const { columns, rows } = section;
      const numeric = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
      const show = (cell: string | number) => (typeof cell === 'number' ? formatNumber(cell) : cell);
      return { columns, rows: rows.map((row) => row.map(show)), numeric };
    }
    case 'heat':
      return heatTable(section, most);
  }
}

function figuresTable({ figures }: FiguresSection): Table {
  const names = [...new Set(figures.flatMap(({ baselines = {} }) => Object.keys(baselines)))];
  const rows = figures.map(({ name, value, baselines = {} }) => [
    name,
    value,
    ...names.map((each) => baselines[each] ?? ''),
  ]);
  return { columns: ['figure', 'this model', ...names], rows, numeric: [false, true, ...names.map(() => true)] };
}

/** One row per position; each series with its last value until there. */
function chartTable({ x: axis, y, series, bands = [] }: ChartSection, most: number): Table {
  const lines = [
    ...series.filter(({ faint }) => !faint),
    ...bands.flatMap(({ name, x, lower, upper }) => [
      { name: `${name}, lower`, x, y: lower },
      { name: `${name}, upper`, x, y: upper },
    ]),
  ];
  const xs = [...new Set(lines.flatMap((line) => Array.from(line.x)))].sort((a, b) => a - b);
  const rows = sampleIndices(xs.length, most).map((i) => {
    const x = xs[i]!;
    const cells = lines.map((line) => {
      const at = Array.from(line.x).findLastIndex((value) => value <= x);
      return at < 0 ? '' : formatNumber(line.y[at]!);
    });
    return [axis.time ? formatTime(x) : formatNumber(x), ...cells];
  });
  const [only] = lines;
  const names = lines.length === 1 && only ? [y.label] : lines.map(({ name }) => name);
  return { columns: [axis.label, ...names], rows, numeric: [!axis.time, ...names.map(() => true)] };
}

function confusionTable({ labels, counts }: ConfusionSection): Table {
  const rows = counts.map((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return [labels[i]!, ...row.map(formatNumber), total > 0 ? formatPercent(row[i]! / total) : ''];
  });
  return {
    columns: ['actual \\ predicted', ...labels, 'right'],
    rows,
    numeric: [false, ...labels.map(() => true), true],
  };
}

/** Per time step the mean over the units. */
function heatTable({ steps, maps }: HeatSection, most: number): Table {
  const rows = sampleIndices(maps[0]!.values.length, most).map((t) => {
    const means = maps.map(({ values }) => meanOf(values[t]!));
    return [steps ? `${t + 1} ${steps[t]}` : String(t + 1), ...means.map(formatNumber)];
  });
  return {
    columns: ['step', ...maps.map(({ name }) => `${name}, mean`)],
    rows,
    numeric: [!steps, ...maps.map(() => true)],
  };
}
