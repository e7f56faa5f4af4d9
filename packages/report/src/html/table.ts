import { sampleIndices } from '../format.ts';
import type { ConfusionSection } from '../report.ts';
import { type Table, tableOf } from '../tables.ts';
import { escapeHtml, scrolling } from './markup.ts';

export function renderTable(label: string, { columns, rows, numeric }: Table): string {
  const kind = (i: number) => (numeric[i] ? ' class="number"' : '');
  const head = columns.map((name, i) => `<th scope="col"${kind(i)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? `<th scope="row"${kind(i)}>${escapeHtml(cell)}</th>` : `<td${kind(i)}>${escapeHtml(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  const table = `<table class="data"><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
  return scrolling(label, table);
}

/** The same numbers as a picture, for those who do not see it. */
export function renderNumbers(label: string, table: Table): string {
  return `<details><summary>Numbers</summary>${renderTable(label, table)}</details>`;
}

/** Cells are the darker the larger their share of the actual class. */
export function renderConfusion(section: ConfusionSection): string {
  const { columns, rows } = tableOf(section, 0);
  const shares = section.counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total > 0 ? 0.85 * (count / total) : 0));
  });
  const tall = section.labels.length > 8 || section.labels.some((label) => label.length > 8) ? ' tall' : '';
  const head = columns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map(([name = '', ...cells], i) => {
    const marked = cells.map((cell, j) => {
      const share = shares[i]![j] ?? 0;
      const strong = share > 0.55 ? ' class="strong"' : '';
      return `<td${strong} style="--share:${share.toFixed(3)}">${escapeHtml(cell)}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(name)}</th>${marked.join('')}</tr>`;
  });
  const table = `<table class="data confusion${tall}"><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
  return scrolling(section.title, table);
}

/** As many positions as fit below a picture, as text. */
export function renderEnds(texts: readonly string[]): string {
  const shown = sampleIndices(texts.length, 6).map((i) => `<span>${escapeHtml(texts[i]!)}</span>`);
  return `<div class="steps ends" aria-hidden="true">${shown.join('')}</div>`;
}
