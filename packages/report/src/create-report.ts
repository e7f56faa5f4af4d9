import { OptionError, quote, readOptions, required } from '@sluice/core';
import type { ChartSection } from './chart.ts';
import type { ConfusionSection, HeatSection, ReportContent, Section, TableSection } from './report.ts';

declare const checked: unique symbol;

/** Content that `createReport` has checked. */
export interface Report extends ReportContent {
  readonly [checked]: true;
}

const operation = 'createReport';
const base = { kind: required, title: required, note: undefined };

/** The parts of each kind of section. */
const partsOf = {
  figures: { ...base, figures: required },
  chart: { ...base, x: required, y: required, series: required, bands: undefined },
  confusion: { ...base, labels: required, counts: required },
  table: { ...base, columns: required, rows: required },
  heat: { ...base, steps: undefined, maps: required },
} as const satisfies Record<Section['kind'], object>;

/**
 * Checks the content of a report.
 * @throws OptionError naming section and field: a part that is missing or unknown, lengths that do not go together, x that does not rise, or a
 * confusion matrix that is not one
 */
export function createReport(content: ReportContent): Report {
  checkParts(content, '', { title: required, summary: undefined, facts: undefined, sections: required });
  for (const [i, section] of content.sections.entries()) {
    const path = `sections[${i}]`;
    if (!Object.hasOwn(partsOf, section?.kind)) {
      const got = `is ${quote(String(section?.kind))}`;
      const expected = `one of ${Object.keys(partsOf).join(', ')}`;
      throw new OptionError({ operation, argument: `${path}.kind`, got, expected });
    }
    checkParts(section, path, partsOf[section.kind]);
    const place = `${path} (${section.title})`;
    checkSection(section, place, (argument, got, expected) => {
      throw new OptionError({ operation, argument: `${place}.${argument}`, got, expected });
    });
  }
  return content as Report;
}

function checkParts(value: object, path: string, names: object): void {
  readOptions<object, object>(operation, value, names, path);
}

type Refuse = (argument: string, got: string, expected: string) => never;

function checkSection(section: Section, place: string, refuse: Refuse): void {
  switch (section.kind) {
    case 'figures':
      section.figures.forEach((figure, i) => {
        checkParts(figure, `${place}.figures[${i}]`, { name: required, value: required, baselines: undefined });
      });
      break;
    case 'chart':
      checkChartParts(section, place);
      checkChart(section, refuse);
      break;
    case 'confusion':
      checkConfusion(section, refuse);
      break;
    case 'table':
      checkRows('rows', section.rows, section.columns.length, refuse);
      break;
    case 'heat':
      section.maps.forEach((map, i) => {
        checkParts(map, `${place}.maps[${i}]`, { name: required, values: required, range: undefined });
      });
      checkHeat(section, refuse);
      break;
  }
}

function checkRows(argument: string, rows: TableSection['rows'], length: number, refuse: Refuse): void {
  rows.forEach((row, i) => {
    if (row.length !== length) refuse(`${argument}[${i}]`, `has ${row.length} entries`, String(length));
  });
}

function checkChartParts({ x, y, series, bands = [] }: ChartSection, place: string): void {
  checkParts(x, `${place}.x`, { label: required, time: undefined });
  checkParts(y, `${place}.y`, { label: required, scale: undefined });
  series.forEach((line, i) => {
    checkParts(line, `${place}.series[${i}]`, { name: required, x: required, y: required, faint: undefined });
  });
  bands.forEach((band, i) => {
    checkParts(band, `${place}.bands[${i}]`, { name: required, x: required, lower: required, upper: required });
  });
}

/** Milliseconds around 1970 that a `Date` can be. */
const latest = 8.64e15;

function checkChart({ x: axis, series, bands = [] }: ChartSection, refuse: Refuse): void {
  if (series.length === 0) refuse('series', 'is empty', 'at least one');
  const check = (place: string, x: ArrayLike<number>, others: Readonly<Record<string, ArrayLike<number>>>) => {
    for (const [name, values] of Object.entries(others)) {
      if (values.length !== x.length)
        refuse(`${place}.${name}`, `has ${values.length} values`, `${x.length}, one for each x`);
    }
    for (let i = 0; i < x.length; i++) {
      if (axis.time && Math.abs(x[i]!) > latest) refuse(`${place}.x[${i}]`, `is ${x[i]}`, 'milliseconds of a date');
      if (!Number.isFinite(x[i]) || (i > 0 && !(x[i]! > x[i - 1]!))) {
        refuse(`${place}.x[${i}]`, `is ${x[i]}`, i > 0 ? `a number above ${x[i - 1]}` : 'a finite number');
      }
    }
  };
  series.forEach(({ x, y }, i) => {
    check(`series[${i}]`, x, { y });
  });
  bands.forEach(({ x, lower, upper }, i) => {
    check(`bands[${i}]`, x, { lower, upper });
  });
}

function checkConfusion({ labels, counts }: ConfusionSection, refuse: Refuse): void {
  if (counts.length !== labels.length)
    refuse('counts', `has ${counts.length} rows`, `${labels.length}, one for each label`);
  checkRows('counts', counts, labels.length, refuse);
  counts.forEach((row, i) => {
    row.forEach((count, j) => {
      if (!Number.isSafeInteger(count) || count < 0) {
        refuse(`counts[${i}][${j}]`, `is ${count}`, 'a whole number of at least 0');
      }
    });
  });
}

function checkHeat({ steps, maps }: HeatSection, refuse: Refuse): void {
  if (maps.length === 0) refuse('maps', 'is empty', 'at least one');
  const time = steps?.length ?? maps[0]!.values.length;
  maps.forEach(({ values, range: [low, high] = [0, 1] }, i) => {
    const units = values[0]?.length ?? 0;
    if (units === 0) refuse(`maps[${i}].values`, 'is empty', '[time][unit], at least one of each');
    if (values.length !== time) refuse(`maps[${i}].values`, `has ${values.length} time steps`, String(time));
    checkRows(`maps[${i}].values`, values, units, refuse);
    values.forEach((row, t) => {
      const unit = row.findIndex((value) => !Number.isFinite(value));
      if (unit >= 0) refuse(`maps[${i}].values[${t}][${unit}]`, `is ${row[unit]}`, 'a finite number');
    });
    if (!(low < high)) refuse(`maps[${i}].range`, `is ${low} to ${high}`, 'a lowest value below a highest one');
  });
}
