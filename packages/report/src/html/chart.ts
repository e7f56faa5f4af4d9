import type { ChartSection } from '../chart.ts';
import { tableOf } from '../tables.ts';
import { dataElement, escapeHtml } from './markup.ts';
import { renderNumbers } from './table.ts';
import { thin } from './thin.ts';

/** What uPlot draws, as data; the table below it holds the numbers. */
export function renderChart(section: ChartSection): string {
  const { title, x, y, series, bands = [] } = section;
  const log = y.scale === 'log';
  const data = {
    x: { label: x.label, time: x.time ?? false },
    y: { label: y.label, log },
    series: series.map(({ name, faint, ...line }) => {
      const points = thin(line.x, line.y);
      return { name, faint, x: points.x, y: points.y.map((value) => encode(value, log)) };
    }),
    bands: bands.map((band) => ({
      name: band.name,
      x: Array.from(band.x),
      lower: Array.from(band.lower, (value) => encode(value, log)),
      upper: Array.from(band.upper, (value) => encode(value, log)),
    })),
  };
  const names = [...series, ...bands].map(({ name }) => name).join(', ');
  const label = `Chart of ${y.label} by ${x.label}: ${names}. The numbers follow.`;
  return [
    `<div class="plot" role="img" aria-label="${escapeHtml(label)}">${dataElement(data)}</div>`,
    renderNumbers(title, tableOf(section, 40)),
  ].join('\n');
}

/** Six digits are more than a screen shows; JSON has no NaN. */
function encode(value: number, log: boolean): number | null {
  return Number.isFinite(value) && (!log || value > 0) ? Number(value.toPrecision(6)) : null;
}
