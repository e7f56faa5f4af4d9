import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { packageFiles, root } from '../setup/prepare.mjs';

const fileLimit = 400;
const source = /\.(ts|mjs|js)$/;

/** @typedef {{ file: string, lines: number }} SourceFile */

/** @returns {SourceFile[]} */
function filesIn(/** @type {string} */ folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist|coverage|\..*)$/.test(entry.name) ? [] : filesIn(path);
    return source.test(entry.name) ? [{ file: path, lines: countLines(readFileSync(path, 'utf8')) }] : [];
  });
}

export function countLines(/** @type {string} */ text) {
  return text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0);
}

const sum = (/** @type {SourceFile[]} */ files) => files.reduce((total, { lines }) => total + lines, 0);

/**
 * One row of the table: lines of source and of tests, and the largest file.
 * @param {string} name
 * @param {SourceFile[]} files
 */
export function budgetRow(name, files) {
  const tests = files.filter(({ file }) => file.endsWith('.test.ts') || /[\\/]testing[\\/]/.test(file));
  const [largest] = files.toSorted((a, b) => b.lines - a.lines);
  const size = largest === undefined ? '-' : `${largest.lines} ${basename(largest.file)}`;
  return [name, String(sum(files) - sum(tests)), String(sum(tests)), size];
}

/** @param {string[][]} rows first column to the left, numbers to the right, the last column free */
export function formatTable(rows) {
  const widths =
    rows[0]?.map((_, column) => rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0)) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : column === row.length - 1 ? cell : cell.padStart(width);
        })
        .join('  '),
    )
    .join('\n');
}

/** The line budget of every package, and the files that are over the limit. */
export function lineBudget() {
  const groups = packageFiles(root)
    .slice(1)
    .map((file) => ({ name: relative(root, dirname(file)).replaceAll('\\', '/'), files: filesIn(dirname(file)) }));
  const rows = groups.map(({ name, files }) => budgetRow(name, files));
  const tooLong = groups.flatMap(({ files }) => files).filter(({ lines }) => lines > fileLimit);
  return {
    table: formatTable([['package', 'source', 'tests', 'largest file'], ...rows]),
    problems: tooLong.map(
      ({ file, lines }) => `${relative(root, file)} has ${lines} lines, the limit is ${fileLimit}: split it.`,
    ),
  };
}
