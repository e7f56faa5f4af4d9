import { meanOf } from '@sluice/core';
import { formatNumber } from '../format.ts';
import type { HeatMap, HeatSection } from '../report.ts';
import { tableOf } from '../tables.ts';
import { dataElement, escapeHtml, scrolling } from './markup.ts';
import { renderEnds, renderNumbers } from './table.ts';

/** With more, the words below the map would lie over each other. */
const mostWords = 60;

/** Maps that a script paints on canvases, below each other with one axis of time. */
export function renderHeat(section: HeatSection): string {
  const { title, steps, maps } = section;
  const time = maps[0]!.values.length;
  const data = { time, steps, maps: maps.map(encodeMap) };
  const words = steps !== undefined && time <= mostWords;
  const axis = words
    ? `<div class="steps words" aria-hidden="true">${steps.map((step) => `<span>${escapeHtml(step)}</span>`).join('')}</div>`
    : renderEnds(steps ?? Array.from({ length: time }, (_, t) => String(t + 1)));
  const width = words ? ` style="min-width:${1.5 * time}rem"` : '';
  const pictures = maps.map(renderMap).join('\n');
  const picture = `<div${width}>${pictures}<div class="map"><span></span>${axis}</div></div>`;
  return [
    `<div class="heat">${scrolling(title, picture)}<output></output>${dataElement(data)}</div>`,
    renderNumbers(title, tableOf(section, 40)),
  ].join('\n');
}

function renderMap({ name, values, range: [low, high] = [0, 1] }: HeatMap): string {
  const units = values[0]!.length;
  const mean = formatNumber(meanOf(values.flat()));
  const label = `Heat map of ${name}: ${values.length} time steps, ${units} units, mean ${mean}. The numbers follow.`;
  const height = Math.min(220, Math.max(72, 4 * units));
  return `<h3>${escapeHtml(name)}</h3>
<div class="colors" aria-hidden="true">${formatNumber(low)}<i></i>${formatNumber(high)}</div>
<div class="map"><div class="units" aria-hidden="true"><span>unit 1</span><span>unit ${units}</span></div>
<canvas role="img" aria-label="${escapeHtml(label)}" style="height:${height}px"></canvas></div>`;
}

/** A byte for each value, as many as there are shades. */
function encodeMap({ name, values, range: [low, high] = [0, 1] }: HeatMap) {
  const bytes = values.flatMap((row) =>
    row.map((value) => Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))))),
  );
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return { name, low, high, units: values[0]!.length, cells: btoa(text) };
}
