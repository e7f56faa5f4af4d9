import { visible } from '@sluice/core';
import type { Report } from './create-report.ts';
import { type Table, tableOf } from './tables.ts';

const mostRows = 12;
const longestCell = 60;

/** The report as plain text: a table for each section, of at most 12 rows where it stands for a picture. */
export function renderText({ title, summary, facts = {}, sections }: Report): string {
  const head = [underline(clean(title), '='), ...(summary ? [clean(summary)] : [])];
  const about = Object.entries(facts);
  if (about.length > 0) head.push(layOut({ columns: [], rows: about, numeric: [false, false] }));
  const parts = sections.map((section) =>
    [
      underline(clean(section.title), '-'),
      ...(section.note ? [clean(section.note)] : []),
      layOut(tableOf(section, mostRows)),
    ].join('\n'),
  );
  return `${[...head, ...parts].join('\n\n')}\n`;
}

function underline(text: string, character: string): string {
  return `${text}\n${character.repeat([...text].length)}`;
}

function layOut({ columns, rows, numeric }: Table): string {
  const all = [...(columns.length > 0 ? [columns] : []), ...rows].map((row) => row.map(shorten));
  const widths = numeric.map((_, i) => all.reduce((most, row) => Math.max(most, lengthOf(row[i]!)), 0));
  const lines = all.map((row) =>
    row
      .map((cell, i) => {
        const space = ' '.repeat(widths[i]! - lengthOf(cell));
        return numeric[i] ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

function lengthOf(text: string): number {
  return [...text].length;
}

function shorten(text: string): string {
  // What is cut anyhow is not looked at.
  const characters = [...clean(text.slice(0, 10 * longestCell))];
  return characters.length > longestCell ? `${characters.slice(0, longestCell - 1).join('')}…` : characters.join('');
}

/** On one line, with what a terminal would obey made visible. */
function clean(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' '));
}
