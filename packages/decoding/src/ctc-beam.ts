import { OptionError, readOptions } from '@sluice/core';
import { type CTCOptions, ctcDefaults, ctcSteps } from './ctc-steps.ts';
import { logAdd } from './log-space.ts';
import { checkRange, type Scores } from './scores.ts';

export interface CTCBeamOptions extends CTCOptions {
  /** Prefixes that are followed from step to step, at least 1; the time taken grows in proportion. Infinity follows all. Default 16. */
  readonly beamWidth?: number | undefined;
  /** Most results per row, at least 1 and at most `beamWidth`. Default 1. */
  readonly results?: number | undefined;
  /**
   * What a language model adds to the score when `next` follows the labels of `prefix`: a logarithm, such as a weight times ln P(next | prefix) plus a
   * bonus per label. -Infinity forbids it. Called once for each prefix and label that come up. Default 0.
   */
  readonly score?: ((prefix: readonly number[], next: number) => number) | undefined;
}

export interface CTCHypothesis {
  readonly labels: readonly number[];
  /** ln of the probability that the network gives the labels, over all paths in the beam. */
  readonly logProbability: number;
  /** What the results are ordered by: `logProbability` plus what `score` gave for each label. */
  readonly score: number;
}

/**
 * Prefix beam search (Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs",
 * algorithm 1): after each step the likeliest prefixes, each with the probability of all its paths that end in a blank and of all that end in its
 * last label. With an infinite beam it sums over every path.
 * @param logits [time, batch, classes]; log-probabilities are their own logits
 * @returns for each row up to `results` hypotheses, the best first; fewer where there are no more of a probability above 0
 * @throws ShapeError, OptionError when logits or options do not fit, for NaN or Infinity, and when `score` gives one
 * @example
 * const [beam] = ctcBeamDecode({ data: await y.data(), shape: y.shape }, { lengths, beamWidth: 25 });
 * console.log(beam?.[0]?.labels);   // the best of the first row
 */
export function ctcBeamDecode(logits: Scores, options?: CTCBeamOptions): CTCHypothesis[][] {
  const given = readOptions(operation, options, { ...ctcDefaults, beamWidth: 16, results: 1, score: undefined });
  const { blank, beamWidth, results, score } = given;
  const rows = ctcSteps(operation, logits, given);
  if (beamWidth !== Number.POSITIVE_INFINITY)
    checkRange(operation, 'beamWidth', beamWidth, 1, Number.POSITIVE_INFINITY);
  checkRange(operation, 'results', results, 1, beamWidth);
  if (score !== undefined && typeof score !== 'function') {
    throw new OptionError({ operation, argument: 'score', got: `is of type ${typeof score}`, expected: 'a function' });
  }
  return rows.map((steps) => {
    let beam = [new Prefix(null, blank, 0)];
    beam[0]!.endsInBlank = 0;
    for (const step of steps) {
      beam = advance(beam, step, blank, score).slice(0, beamWidth);
      for (const prefix of beam) prefix.settle();
    }
    return beam.slice(0, results).map((prefix) => ({
      labels: prefix.labels(),
      logProbability: prefix.total,
      score: prefix.total + prefix.bonus,
    }));
  });
}

const operation = 'ctcBeamDecode';
const never = Number.NEGATIVE_INFINITY;

/** A node of the tree of prefixes: labels, and ln of the probability of the paths that spell them, now and after the step in progress. */
class Prefix {
  readonly parent: Prefix | null;
  readonly label: number;
  /** What the language model gave for all labels. */
  readonly bonus: number;
  /** Those that have been in the beam: a prefix that left it may come back. */
  readonly children = new Map<number, Prefix>();
  endsInBlank = never;
  endsInLabel = never;
  nextInBlank = never;
  nextInLabel = never;
  /** What the beam is ordered by after the step in progress. */
  rank = never;

  constructor(parent: Prefix | null, label: number, bonus: number) {
    this.parent = parent;
    this.label = label;
    this.bonus = bonus;
  }

  get total(): number {
    return logAdd(this.endsInBlank, this.endsInLabel);
  }

  /** Makes the step in progress the present one. */
  settle(): void {
    this.parent?.children.set(this.label, this);
    this.endsInBlank = this.nextInBlank;
    this.endsInLabel = this.nextInLabel;
  }

  labels(): number[] {
    const labels: number[] = [];
    for (let node: Prefix = this; node.parent; node = node.parent) labels.push(node.label);
    return labels.reverse();
  }
}

/** All prefixes that the beam's become in a step, the best first. */
function advance(beam: readonly Prefix[], step: Float64Array, blank: number, score: CTCBeamOptions['score']): Prefix[] {
  const reached = new Set<Prefix>();
  const reach = (prefix: Prefix) => {
    if (reached.has(prefix)) return;
    reached.add(prefix);
    prefix.nextInBlank = never;
    prefix.nextInLabel = never;
  };
  for (const prefix of beam) {
    const { total, endsInBlank, endsInLabel, parent, label } = prefix;
    reach(prefix);
    prefix.nextInBlank = logAdd(prefix.nextInBlank, total + step[blank]!);
    if (parent) prefix.nextInLabel = logAdd(prefix.nextInLabel, endsInLabel + step[label]!);
    let labels: readonly number[] | undefined;
    for (let next = 0; next < step.length; next++) {
      if (next === blank) continue;
      // After a label the same one begins anew only behind a blank.
      const gained = (parent && next === label ? endsInBlank : total) + step[next]!;
      if (gained === never) continue;
      let child = prefix.children.get(next);
      if (!child) {
        labels ??= prefix.labels();
        child = new Prefix(prefix, next, prefix.bonus + bonusOf(score, labels, next));
      }
      reach(child);
      child.nextInLabel = logAdd(child.nextInLabel, gained);
    }
  }
  for (const prefix of reached) prefix.rank = logAdd(prefix.nextInBlank, prefix.nextInLabel) + prefix.bonus;
  return [...reached].filter((prefix) => prefix.rank > never).sort((a, b) => b.rank - a.rank);
}

function bonusOf(score: CTCBeamOptions['score'], prefix: readonly number[], next: number): number {
  const bonus = score ? score(prefix, next) : 0;
  if (bonus < Number.POSITIVE_INFINITY) return bonus;
  const got = `gave ${bonus} for ${next} after [${prefix}]`;
  throw new OptionError({ operation, argument: 'score', got, expected: 'a number below Infinity' });
}
