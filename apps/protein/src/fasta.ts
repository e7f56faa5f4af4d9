import { FormatError, quote } from '@sluice/core';

export interface Sequence {
  /** The line after `>`. */
  readonly id: string;
  /** In capitals. */
  readonly residues: string;
}

/** Twice the length of all but a few proteins; what is longer may not fit the memory. */
export const longest = 10_000;

/**
 * Reads FASTA: a line `>name`, then lines of residues. Small letters, spaces and a `*` at the end of a chain are allowed; any letter is a residue.
 * @param source begins the messages of errors
 * @throws FormatError naming line and column
 */
export function parseFasta(text: string, source: string): Sequence[] {
  const sequences: { id: string; residues: string; line: number }[] = [];
  const fail = (place: string, got: string, expected: string): never => {
    throw new FormatError(`${source}: ${place}: ${got}, expected ${expected}`);
  };
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.startsWith('>')) sequences.push({ id: line.slice(1).trim(), residues: '', line: i + 1 });
    else if (line.trim() !== '') {
      const current = sequences.at(-1) ?? fail(`line ${i + 1}`, 'residues without a name', 'a line ">name" first');
      const at = `line ${i + 1}, column `;
      if (current.residues.endsWith('*')) {
        const [first] = line.trim();
        fail(`${at}${line.indexOf(first!) + 1}`, JSON.stringify(first), 'no residue after the end of the chain, "*"');
      }
      const wrong = /[^A-Za-z\s*]|\*(?=.*\S)/.exec(line);
      if (wrong) fail(`${at}${wrong.index + 1}`, JSON.stringify(wrong[0]), 'a letter for each residue');
      current.residues += line.replace(/\s/g, '').toUpperCase();
    }
  }
  if (sequences.length === 0) fail('line 1', 'nothing', 'FASTA: a line ">name", then residues');
  return sequences.map(({ id, residues, line }) => {
    const chain = residues.replace('*', '');
    const place = `line ${line}, chain ${quote(id)}`;
    if (chain === '') fail(place, 'no residues', 'at least one');
    if (chain.length > longest) fail(place, `${chain.length} residues`, `at most ${longest}`);
    return { id, residues: chain };
  });
}
