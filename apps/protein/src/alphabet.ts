import { Vocabulary } from '@sluice/data';

/** The eight states of DSSP (Kabsch & Sander 1983), C for none of the others, with what they are called. */
export const stateNames = {
  H: 'alpha helix',
  G: '3-10 helix',
  I: 'pi helix',
  E: 'strand',
  B: 'bridge',
  T: 'turn',
  S: 'bend',
  C: 'coil',
} as const;

export type State = keyof typeof stateNames;

export const stateLetters = Object.keys(stateNames) as State[];

/** The three states that the eight are merged into: helix, strand and coil (Rost & Sander 1993, as CASP's assessors did). */
export const mergedNames = { H: 'helix', E: 'strand', C: 'coil' } as const;

export const mergedLetters = Object.keys(mergedNames) as (keyof typeof mergedNames)[];

/** For each of the eight states its place among the three. */
export const mergedOf = [...'HHHEECCC'].map((letter) => mergedLetters.indexOf(letter as 'H'));

/** The twenty amino acids. The first id stands before and after a chain, the second for any other residue: X, B, Z, U, O. */
export const residueVocabulary = Vocabulary.fromTokens('ACDEFGHIKLMNPQRSTVWY', { reserved: ['-'], unknown: 'X' });
