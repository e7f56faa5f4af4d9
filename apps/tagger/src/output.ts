import { createReport, renderText, type Section } from '@sluice/report';

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Sections as plain text. */
export function printSections(title: string, sections: readonly Section[]): void {
  print(renderText(createReport({ title, sections })));
}

/** Rows with their columns below each other. */
export function printColumns(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}
