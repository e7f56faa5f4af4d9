/** Rows as lines with columns of equal width: the first to the left, the others to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  const pad = (text: string, column: number) => {
    const spaces = ' '.repeat(widths[column]! - [...text].length);
    return column === 0 ? text + spaces : spaces + text;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
