import { maximumOf, visible } from '@sluice/core';

/**
 * Rows as lines with columns of equal width: the first to the left, the others to the right. Cells, such as labels, are of unknown origin: what a
 * terminal would obey is made visible.
 */
export function textTable(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map((cell) => visible(cell.replaceAll(/\s+/g, ' '))));
  const widths = rows[0]!.map((_, column) => maximumOf(rows.map((row) => [...row[column]!].length)));
  const pad = (text: string, column: number) => {
    const spaces = ' '.repeat(widths[column]! - [...text].length);
    return column === 0 ? text + spaces : spaces + text;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
