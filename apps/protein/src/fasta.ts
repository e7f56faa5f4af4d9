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
  const fail = (place: string, got: string, expected: string): never => {
    throw new FormatError(`${source}: ${place}: ${got}, expected ${expected}`);
  };
  const sequences: Sequence[] = [];
  let open: Chain | undefined;
  const close = () => {
    if (open === undefined) return;
    const place = `line ${open.line}, chain ${quote(open.id)}`;
    if (open.length === 0) fail(place, 'no residues', 'at least one');
    if (open.length > longest) fail(place, `${open.length} residues`, `at most ${longest}`);
    sequences.push({ id: open.id, residues: open.pieces.join('') });
  };
  let number = 0;
  for (const line of linesOf(text.replace(/^\uFEFF/, ''))) {
    number++;
    if (line.startsWith('>')) {
      close();
      open = { id: line.slice(1).trim(), line: number, pieces: [], length: 0, hasEnded: false };
    } else if (line.trim() !== '') {
      open ??= fail(`line ${number}`, 'residues without a name', 'a line ">name" first');
      readResidues(open, line, (column, got, expected) => fail(`line ${number}, column ${column}`, got, expected));
    }
  }
  close();
  if (sequences.length === 0) fail('line 1', 'nothing', 'FASTA: a line ">name", then residues');
  return sequences;
}

/** A chain whose lines are being read. */
interface Chain {
  readonly id: string;
  readonly line: number;
  readonly pieces: string[];
  length: number;
  hasEnded: boolean;
}

function readResidues(
  chain: Chain,
  line: string,
  fail: (column: number, got: string, expected: string) => never,
): void {
  if (chain.hasEnded) {
    const first = line.search(/\S/);
    fail(first + 1, quote(line[first]!), 'no residue after the end of the chain, "*"');
  }
  const wrong = /[^A-Za-z\s*]|\*(?=\s*[^\s])/.exec(line);
  if (wrong) fail(wrong.index + 1, quote(wrong[0]), 'a letter for each residue');
  chain.hasEnded = line.includes('*');
  const residues = line.replace(/[\s*]/g, '').toUpperCase();
  chain.length += residues.length;
  // What is too long is counted, and not kept.
  if (chain.length <= longest) chain.pieces.push(residues);
}

/** The lines of a text, one at a time. */
function* linesOf(text: string): Generator<string, void, undefined> {
  const end = /\r\n|\n|\r/g;
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(end)) {
    yield text.slice(start, index);
    start = index + mark.length;
  }
  yield text.slice(start);
}
