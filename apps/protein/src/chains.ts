import { fileURLToPath } from 'node:url';
import { FormatError, quote } from '@sluice/core';
import { readRegularFile, unzipBounded } from '@sluice/core/node';
import { splitInOrder } from '@sluice/data';
import { type State, stateLetters } from './alphabet.ts';
import { AppError, messageOf } from './errors.ts';
import { longest } from './fasta.ts';
import { showPath } from './folder.ts';

/** A chain of a protein with its structure, one letter for each residue. */
export interface Chain {
  readonly id: string;
  readonly residues: string;
  readonly states: string;
}

export interface Split {
  readonly train: readonly Chain[];
  readonly validation: readonly Chain[];
  readonly test: readonly Chain[];
}

export const ownData = fileURLToPath(new URL('../data/protein_ss8_3000.tsv.gz', import.meta.url));

/** Fewer do not fill the three parts. */
const fewest = 30;

/**
 * Reads chains, a line each: id, residues and states between tabs; packed by gzip or not.
 * @returns the first 80 % to train on, the next 10 % to validate, the last 10 % to test
 */
export async function readChains(path: string): Promise<Split> {
  const name = showPath(path);
  const bytes = await readRegularFile(path).catch((cause: unknown) => {
    const remedy = path === ownData ? ': it comes with the app: git checkout -- apps/protein/data' : '';
    throw new AppError(messageOf(cause).replace(path, name) + remedy, { cause });
  });
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = new TextDecoder().decode(isPacked ? unzipBounded(bytes, name) : bytes).split(/\r?\n/);
  const chains = lines.flatMap((line, i) => (line === '' ? [] : [parseChain(`${name}: line ${i + 1}`, line)]));
  if (chains.length < fewest) {
    throw new FormatError(`${name}: has ${chains.length} chains, expected at least ${fewest}`);
  }
  return splitInOrder(chains, { train: 0.8, validation: 0.1, test: 0.1 });
}

function parseChain(place: string, line: string): Chain {
  const fail = (got: string, expected: string): never => {
    throw new FormatError(`${place}: ${got}, expected ${expected}`);
  };
  const cells = line.split('\t');
  if (cells.length !== 3) fail(`${cells.length} cells`, '3: id, residues and states between tabs');
  const [id, residues, states] = cells as [string, string, string];
  if (residues.length !== states.length || residues === '') {
    fail(`${residues.length} residues and ${states.length} states`, 'as many of both, at least one');
  }
  if (residues.length > longest) fail(`chain ${quote(id)} has ${residues.length} residues`, `at most ${longest}`);
  const residue = residues.search(/[^A-Z]/);
  if (residue >= 0) fail(`residue ${quote(residues[residue]!)} at place ${residue + 1}`, 'a capital letter');
  const state = [...states].findIndex((letter) => !stateLetters.includes(letter as State));
  if (state >= 0) fail(`state ${quote(states[state]!)} at residue ${state + 1}`, `one of ${stateLetters.join('')}`);
  return { id, residues, states };
}
