import { OptionError, readOptions, refuse } from '@sluice/core';
import { checkProbability } from '../checks.ts';

/** How the outputs of two directions become one. */
export const mergeModes = ['concat', 'sum', 'multiply', 'average', 'none'] as const;

export type MergeMode = (typeof mergeModes)[number];

export interface RecurrentOptions {
  /** Every layer runs forwards and backwards. Default false. */
  readonly bidirectional?: boolean | undefined;
  /**
   * How the outputs of the two directions become one, after every layer. `concat` (default): forward first, [..., 2 size]; `sum`, `multiply`,
   * `average`: element by element; `none`: [..., 2, size] (layers above get both, joined).
   */
  readonly merge?: MergeMode | undefined;
  /** Probability of dropout on the output of every layer but the last, while training; from 0 to 1. Default 0. */
  readonly dropout?: number | undefined;
  /** Input and output are [batch, time, size] instead of [time, batch, size]. States are the same. Default false. */
  readonly batchFirst?: boolean | undefined;
  /** Goes from the last time step to the first; the output stays in the order of the input. Default false. */
  readonly reverse?: boolean | undefined;
}

export const recurrentDefaults = {
  bidirectional: false,
  merge: undefined,
  dropout: 0,
  batchFirst: false,
  reverse: false,
} as const;

export type CompleteOptions = ReturnType<typeof completeOptions>;

/**
 * @param layers how many layers there are, given the number of directions
 * @throws OptionError for values and combinations that make no sense
 */
export function completeOptions(
  operation: string,
  options: RecurrentOptions | undefined,
  layers: (directions: number) => number,
) {
  const { merge, ...complete } = readOptions(operation, options, recurrentDefaults);
  const { bidirectional, dropout, reverse } = complete;
  checkProbability(operation, 'dropout', dropout);
  if (merge !== undefined && !mergeModes.includes(merge)) {
    refuse(OptionError, operation, 'merge', `is ${merge}`, mergeModes.join(', '));
  }
  if (merge !== undefined && !bidirectional) {
    refuse(OptionError, operation, 'merge', `is ${merge} without bidirectional`, 'two directions to merge');
  }
  if (bidirectional && reverse) {
    refuse(
      OptionError,
      operation,
      'reverse',
      'is true with bidirectional',
      'one of the two: bidirectional runs both ways',
    );
  }
  if (dropout > 0 && layers(bidirectional ? 2 : 1) === 1) {
    refuse(OptionError, operation, 'dropout', `is ${dropout} with one layer`, 'at least two layers to drop between');
  }
  return { ...complete, merge: merge ?? ('concat' as const) };
}

/** Length of the last axis between layers. */
export function mergedSize(size: number, options: Pick<CompleteOptions, 'bidirectional' | 'merge'>): number {
  const joins = options.merge === 'concat' || options.merge === 'none';
  return options.bidirectional && joins ? 2 * size : size;
}
