import { formatShape, OptionError, readOptions, required, ShapeError, sizeOf } from '@sluice/core';
import { argMax, type LengthsOption, rowsOf, type Scores } from './scores.ts';

export interface ViterbiOptions extends LengthsOption {
  /** [tags * tags], row-major: the score of going from the first tag to the second. */
  readonly transitions: ArrayLike<number>;
  /** [tags]: the score of beginning with each tag. Default 0. */
  readonly start?: ArrayLike<number> | undefined;
  /** [tags]: the score of ending with each tag. Default 0. */
  readonly end?: ArrayLike<number> | undefined;
}

export interface TagPath {
  /** One tag per time step of the row. */
  readonly tags: Int32Array;
  /** The sum of the scores along the path: not a logarithm of a probability unless the scores are. */
  readonly score: number;
}

/**
 * The path of tags with the largest sum of emissions, transitions, start and end (Viterbi 1967; Forney 1973), the first of several: what a
 * linear-chain conditional random field holds likeliest (Lafferty et al. 2001), or a hidden Markov model whose scores are logarithms.
 * -Infinity forbids a tag or a step; it is the score if every path is forbidden. A row of length 0 has no tags and score 0.
 * @param emissions [time, batch, tags]
 * @returns one entry per row
 * @throws ShapeError, OptionError when the arguments do not fit, and for NaN
 * @example
 * const paths = viterbiDecode({ data: await y.data(), shape: y.shape }, { transitions: new Float32Array(classes ** 2), lengths });
 */
export function viterbiDecode(emissions: Scores, options: ViterbiOptions): TagPath[] {
  const operation = 'viterbiDecode';
  const { transitions, lengths, ...bounds } = readOptions(operation, options, {
    transitions: required,
    start: undefined,
    end: undefined,
    lengths: undefined,
  });
  const rows = rowsOf(operation, 'emissions', emissions, lengths);
  const tags = emissions.shape[2]!;
  const { data } = emissions;
  checkScores(operation, 'transitions', transitions, [tags, tags]);
  const zeros = new Float64Array(tags);
  const { start = zeros, end = zeros } = bounds;
  checkScores(operation, 'start', start, [tags]);
  checkScores(operation, 'end', end, [tags]);
  const stepScores = Float64Array.from(transitions);
  return rows.map(({ length, at }, row) => {
    if (length === 0) return { tags: new Int32Array(), score: 0 };
    const cameFrom = new Int32Array(length * tags);
    let best = Float64Array.from({ length: tags }, (_, tag) => start[tag]! + data[at(0) + tag]!);
    for (let t = 0; t < length; t++) {
      const last = best;
      if (t > 0) {
        best = new Float64Array(tags);
        for (let from = 0; from < tags; from++) {
          for (let tag = 0; tag < tags; tag++) {
            const reached = last[from]! + stepScores[from * tags + tag]!;
            if (from > 0 && !(reached > best[tag]!)) continue;
            best[tag] = reached;
            cameFrom[t * tags + tag] = from;
          }
        }
        for (let tag = 0; tag < tags; tag++) best[tag]! += data[at(t) + tag]!;
      }
      checkNumbers(operation, best, `emissions[${t}][${row}]`);
    }
    const totals = best.map((value, tag) => value + end[tag]!);
    checkNumbers(operation, totals, 'end');
    const path = new Int32Array(length);
    path[length - 1] = argMax(totals);
    for (let t = length - 1; t > 0; t--) path[t - 1] = cameFrom[t * tags + path[t]!]!;
    return { tags: path, score: totals[path[length - 1]!]! };
  });
}

function checkNumbers(operation: string, sums: Float64Array, argument: string): void {
  if (!sums.some(Number.isNaN)) return;
  throw new OptionError({ operation, argument, got: 'leads to NaN', expected: 'no NaN and no Infinity' });
}

function checkScores(operation: string, argument: string, scores: ArrayLike<number>, shape: readonly number[]): void {
  const size = sizeOf(shape);
  if (scores?.length !== size) {
    const got = `has ${scores?.length ?? 'no'} elements`;
    throw new ShapeError({ operation, argument, got, expected: `${size} for shape ${formatShape(shape)}` });
  }
  for (let i = 0; i < size; i++) {
    if (!Number.isNaN(scores[i])) continue;
    throw new OptionError({ operation, argument: `${argument}[${i}]`, got: 'is NaN', expected: 'a number' });
  }
}
