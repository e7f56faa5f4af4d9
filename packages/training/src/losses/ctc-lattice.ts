/**
 * Stands for ln 0: e to it is 0, also after thousands of steps added up, and unlike -Infinity its differences are numbers.
 */
export const impossible = -1e30;

/** Any log-probability below is a sum with `impossible` in it. */
export const leastPossible = impossible / 2;

/**
 * The states that the paths of a batch run through: the labels of each row with a blank before, between and after them (Graves et al. 2006, section
 * 4.1). State s of row b stands at [s, b]; rows with fewer labels have states that nothing reaches.
 */
export interface Lattice {
  /** 2 * longest target + 1. */
  readonly states: number;
  /** Time steps, with one more than the logits have. */
  readonly steps: number;
  /**
   * [steps, states, batch]: where among the log-probabilities [time * batch * classes], followed by a 0 and by `impossible`, each state finds its
   * own. Beyond a row's end the blank is certain and labels are impossible, which leaves the probability of the row what it is and brings its
   * last two states, either of which may end it, together in the last.
   */
  readonly emissions: Int32Array;
  /** [3, states]: the states one comes from by staying, from the one before, and from the one before that. */
  readonly origins: Int32Array;
  /** [3, states, batch]: 0 where that step exists, `impossible` elsewhere. */
  readonly rules: Float64Array;
  /** [states, batch]: where one stands before the first step: at the first blank. */
  readonly start: Float64Array;
  /** [batch]: the last state of each row, counted in [states * batch]. */
  readonly ends: Int32Array;
}

export interface LatticeShape {
  readonly time: number;
  readonly classes: number;
  readonly blank: number;
  /** Time steps of each row. */
  readonly lengths: ArrayLike<number>;
}

/** Steps of the shortest path that spells these labels: one each, and a blank between two that are equal. */
export function stepsNeeded(labels: ArrayLike<number>): number {
  let steps = labels.length;
  for (let i = 1; i < labels.length; i++) if (labels[i] === labels[i - 1]) steps++;
  return steps;
}

export function ctcLattice(targets: readonly ArrayLike<number>[], shape: LatticeShape): Lattice {
  const { time, classes, blank, lengths } = shape;
  const batch = targets.length;
  const steps = time + 1;
  const states = 2 * targets.reduce((longest, labels) => Math.max(longest, labels.length), 0) + 1;
  const certain = time * batch * classes;
  const emissions = new Int32Array(steps * states * batch).fill(certain + 1);
  const rules = new Float64Array(3 * states * batch).fill(impossible);
  const start = new Float64Array(states * batch).fill(impossible).fill(0, 0, batch);
  const ends = new Int32Array(batch);
  targets.forEach((labels, row) => {
    const last = 2 * labels.length;
    ends[row] = last * batch + row;
    for (let s = 0; s <= last; s++) {
      const isBlank = s % 2 === 0;
      const label = isBlank ? blank : labels[(s - 1) / 2];
      for (let t = 0; t < steps; t++) {
        const at = (t * states + s) * batch + row;
        if (t < lengths[row]!) emissions[at] = (t * batch + row) * classes + label!;
        else if (isBlank) emissions[at] = certain;
      }
      rules[s * batch + row] = 0;
      if (s >= 1) rules[(states + s) * batch + row] = 0;
      // A blank may be left out between two labels that differ.
      if (s >= 3 && !isBlank && label !== labels[(s - 3) / 2]) rules[(2 * states + s) * batch + row] = 0;
    }
  });
  const origins = Int32Array.from({ length: 3 * states }, (_, i) => Math.max(0, (i % states) - Math.floor(i / states)));
  return { states, steps, emissions, origins, rules, start, ends };
}
