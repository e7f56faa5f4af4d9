import { visible } from '@sluice/core';
import type { Figure } from '@sluice/report';
import { createReport, renderText } from '@sluice/report';
import type { Evaluation } from './evaluation.ts';

/** A line for people; what a terminal would obey is made visible, for names and texts come from files of unknown origin. */
export function print(text = ''): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** Figures beside their baselines, what was taken for what, and the scores of each state. */
export function printEvaluation({ eight, three }: Evaluation, figures: readonly Figure[]): void {
  const sections = [{ kind: 'figures', title: 'Residues of the test', figures }] as const;
  print(renderText(createReport({ title: 'Protein secondary structure', sections })));
  for (const matrix of [three, eight]) {
    print(matrix.toText());
    print();
    print(matrix.scoresToText());
    print();
  }
}
