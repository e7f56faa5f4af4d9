import { readOptions, required, visible } from '@sluice/core';

/** What a reader wants to know of a trained model: its `README.md`. */
export interface ModelCard {
  readonly title: string;
  /** What it does, in a sentence or two of Markdown. */
  readonly summary: string;
  /** What was measured. */
  readonly figures: readonly Figure[];
  /** What the figures depend on, by name: data, split, seed, date, duration, command. Default none. */
  readonly facts?: Readonly<Record<string, string>> | undefined;
}

/** A figure with its unit, as it is to be read, e.g. `2.101 °C`. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** The same for what a model must beat, by name. Default none. */
  readonly baselines?: Readonly<Record<string, string>> | undefined;
}

/**
 * The card as Markdown: a heading, the summary, a table of the figures and one of the facts. What a terminal would obey is made visible.
 * @throws OptionError for a part that is missing or unknown
 */
export function renderCard(card: ModelCard): string {
  const { title, summary, figures, facts } = readOptions('renderCard', card, {
    title: required,
    summary: required,
    figures: required,
    facts: {},
  });
  const measured = figures.map((figure, i) => {
    const names = { name: required, value: required, baselines: {} } as const;
    const { name, value, baselines } = readOptions<Figure, typeof names>('renderCard', figure, names, `figures[${i}]`);
    const others = Object.entries(baselines).map((entry) => entry.join(' '));
    return [name, value, others.join('; ')];
  });
  const parts = [
    `# ${title.replaceAll(/\s+/g, ' ')}`,
    summary,
    ...(measured.length > 0 ? [table(['figure', 'this model', 'baselines'], measured)] : []),
    ...(Object.keys(facts).length > 0 ? [table(['about', ''], Object.entries(facts))] : []),
  ];
  return visible(`${parts.join('\n\n')}\n`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
