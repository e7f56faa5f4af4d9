import { maximumOf, visible } from '@sluice/core';
import { createReport, renderText, type Section } from '@sluice/report';

/** A line for people; what a terminal would obey is made visible, for names and texts come from files of unknown origin. */
export function print(line = ''): void {
  process.stdout.write(`${visible(line)}\n`);
}

/** Sections as plain text. */
export function printSections(title: string, sections: readonly Section[]): void {
  print(renderText(createReport({ title, sections })));
}

/** Rows with their columns below each other. */
export function printColumns(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => maximumOf(rows.map((row) => row[column]!.length)));
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}
