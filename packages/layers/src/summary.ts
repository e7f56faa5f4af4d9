import { formatShape, maximumOf, type Parameter } from '@sluice/core';
import type { Module } from './module.ts';

type Row = readonly [name: string, layer: string, shape: string, count: string];

/** A table: one row per parameter, one per module that holds neither parameters nor modules, and the total. */
export function summarize(modules: ReadonlyMap<string, Module>, parameters: ReadonlyMap<string, Parameter>): string {
  const rows: Row[] = [['Parameter', 'Layer', 'Shape', 'Elements']];
  const paths = [...modules.keys()];
  for (const [path, module] of modules) {
    const own = [...parameters].filter(([name]) => ownerOf(name, modules) === path);
    own.forEach(([name, { shape, size }], i) => {
      rows.push([name, i === 0 ? module.kind : '', formatShape(shape), formatCount(size)]);
    });
    const isLeaf = !paths.some((other) => other !== path && (path === '' || other.startsWith(`${path}.`)));
    if (own.length === 0 && isLeaf) rows.push([path === '' ? '-' : path, module.kind, '', formatCount(0)]);
  }
  const total = [...parameters.values()].reduce((sum, { size }) => sum + size, 0);
  return layOut([...rows, ['Total', '', '', formatCount(total)]]);
}

/** The innermost module whose path the parameter's name begins with. */
function ownerOf(name: string, modules: ReadonlyMap<string, Module>): string {
  for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
    if (modules.has(name.slice(0, end))) return name.slice(0, end);
  }
  return '';
}

function layOut(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => maximumOf(rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 3 ? cell.padStart(widths[3]!) : cell.padEnd(widths[column]!))).join('  '),
  );
  const rule = '-'.repeat(lines[0]!.length);
  return [lines.shift(), rule, ...lines.toSpliced(-1, 0, rule)].join('\n');
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
