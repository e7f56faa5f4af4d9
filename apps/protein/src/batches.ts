import type { TensorData } from '@sluice/core';
import { type BucketedBatchSource, type PaddedFields, sequenceBatches, type Vocabulary } from '@sluice/data';
import { mergedOf, type State, stateLetters } from './alphabet.ts';
import type { Chain } from './chains.ts';

/** A chain as ids. */
type Labelled = {
  /** [time, window] */
  readonly windows: TensorData;
  /** [time] of the eight */
  readonly states: Int32Array;
  /** [time] of the three */
  readonly merged: Int32Array;
};

export type Batch = PaddedFields<Labelled>;

/** What a state is where a chain has ended. */
export const noState = -1;

/** Each residue with its neighbours on both sides, as many as make `width` together: ids [time, width]. */
export function windowsOf(residues: string, width: number, vocabulary: Vocabulary): TensorData {
  const reach = (width - 1) / 2;
  const ids = vocabulary.encode(residues);
  const data = Int32Array.from({ length: ids.length * width }, (_, i) => {
    const place = Math.floor(i / width) + (i % width) - reach;
    return ids[place] ?? 0;
  });
  return { dtype: 'int32', shape: [ids.length, width], data };
}

export interface BatchOptions {
  readonly window: number;
  readonly batchSize: number;
  /** Shuffles. Default: the shortest come first. */
  readonly seed?: number;
}

export function chainBatches(
  chains: readonly Chain[],
  vocabulary: Vocabulary,
  { window, batchSize, seed }: BatchOptions,
): BucketedBatchSource<Batch> {
  const examples = chains.map(({ residues, states }): Labelled => {
    const labels = Int32Array.from(states, (state) => stateLetters.indexOf(state as State));
    return {
      windows: windowsOf(residues, window, vocabulary),
      states: labels,
      merged: labels.map((label) => mergedOf[label]!),
    };
  });
  return sequenceBatches(examples, { batchSize, seed, padding: { states: noState, merged: noState } });
}

/** Residues of a batch. */
export function residueCount({ lengths }: Batch): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}
