import {
  add,
  concat,
  divide,
  gather,
  less,
  logicalAnd,
  logSoftmax,
  logSumExp,
  maximum,
  negate,
  reshape,
  select,
  unstack,
} from '@sluice/autograd';
import {
  checkLengths,
  formatShape,
  type Lengths,
  OptionError,
  readOptions,
  ShapeError,
  type Tensor,
} from '@sluice/core';
import { checkFloat } from '../checks.ts';
import { ctcLattice, impossible, leastPossible, stepsNeeded } from './ctc-lattice.ts';
import { inLoss } from './loss-label.ts';
import { type LossOptions, lossDefaults, reduce, type Weighting, weightingOf } from './support.ts';

export interface CTCLossOptions extends LossOptions {
  /** Time steps of each row, from 0 to time; what the logits hold beyond has no effect. Default all. */
  readonly lengths?: Lengths | undefined;
  /** The class that stands for no label. Default 0. */
  readonly blank?: number | undefined;
  /** Take the loss of a row that no path can spell, Infinity, as 0, whatever its logits hold. Default false. */
  readonly zeroInfinity?: boolean | undefined;
}

const operation = 'ctcLoss';

/**
 * Connectionist temporal classification (Graves et al. 2006, eq. 3, 6 and 7): -ln of the probability that the steps of a row, each drawn from its
 * softmax, spell the row's target once repetitions are merged and blanks then left out. By the forward algorithm over the labels with blanks
 * around them (section 4.1), in log space; as `torch.nn.CTCLoss`, whose mean it shares: each row's loss is divided by its number of labels (1 for
 * none) before the average.
 *
 * A target is out of reach if its row has fewer steps than it has labels and pairs of equal neighbours; its loss is Infinity and has no gradient. The work is
 * that of time tensors [3, 2 * longest target + 1, batch]; `valueAndGrad` keeps about five of them per step.
 *
 * @param logits [time, batch, classes], floats; log-probabilities are their own logits and give the same
 * @param targets the labels of each row, without blanks: whole numbers from 0 to classes - 1, none or more
 * @returns a scalar, or [batch] with `reduction: 'none'`, there in nats of the whole row
 * @throws ShapeError, DTypeError when logits, targets or lengths do not fit; OptionError for a label or option outside its range
 * @example
 * const loss = ctcLoss(y, [[1, 2, 2], [], [4]], { lengths: [5, 2, 7] });
 */
export function ctcLoss(logits: Tensor, targets: readonly ArrayLike<number>[], options?: CTCLossOptions): Tensor {
  const given = readOptions(operation, options, { ...lossDefaults, lengths: undefined, blank: 0, zeroInfinity: false });
  const { blank, zeroInfinity } = given;
  const [time, batch, classes] = checkLogits(logits);
  if (given.lengths) checkLengths(operation, given.lengths, time, batch);
  checkTargets(targets, batch, classes, blank);
  const lengths = given.lengths ?? new Int32Array(batch).fill(time);
  const weighting = weightingOf(operation, given.weights, logits, [batch]);
  const { device, dtype } = logits;
  return inLoss(operation, () =>
    device.scope(() => {
      const lattice = ctcLattice(targets, { time, classes, blank, lengths });
      const { states, steps } = lattice;
      const floats = (data: Float64Array, shape: number[]) => device.tensor(data, { shape, dtype });
      const needed = targets.map(stepsNeeded);
      const read = Int32Array.from(lengths, (length, row) => (zeroInfinity && needed[row]! > length ? 0 : length));
      // A class of probability 0 must not bring -Infinity, whose differences are no numbers.
      const probabilities = maximum(reshape(logSoftmax(cut(logits, read, weighting)), [logits.size]), impossible);
      const emissions = gather(
        concat([probabilities, floats(Float64Array.of(0, impossible), [2])]),
        device.tensor(lattice.emissions, { shape: [steps, states, batch] }),
      );
      const origins = device.tensor(lattice.origins, { shape: [3, states] });
      const rules = floats(lattice.rules, [3, states, batch]);
      let forward = floats(lattice.start, [states, batch]);
      for (const emission of unstack(emissions)) {
        forward = device.scope(() => add(logSumExp(add(gather(forward, origins), rules), 0), emission));
      }
      const total = gather(reshape(forward, [states * batch]), device.tensor(lattice.ends));
      const never = less(total, leastPossible);
      let losses = select(never, 0, negate(total));
      if (!zeroInfinity) {
        const where = weighting ? logicalAnd(weighting.kept, never) : never;
        const unweighed = losses;
        losses = inLoss(describe(needed, lengths), () => infiniteWhere(where, unweighed));
      }
      const counts = Float64Array.from(targets, (labels) => Math.max(1, labels.length));
      if (given.reduction === 'mean') losses = divide(losses, floats(counts, [batch]));
      return reduce(operation, losses, given.reduction, weighting);
    }),
  );
}

/** Infinity, without a gradient, where the condition holds. */
function infiniteWhere(condition: Tensor, losses: Tensor): Tensor {
  return select(condition, Number.POSITIVE_INFINITY, losses);
}

/** The name of the function, with the first row whose target is out of reach. */
function describe(needed: readonly number[], lengths: Lengths): string {
  const rows = needed.flatMap((steps, row) => (steps > lengths[row]! ? [row] : []));
  const [first] = rows;
  if (first === undefined) return operation;
  const others = rows.length === 1 ? '' : `, and so ${rows.length - 1} more`;
  return `${operation} (targets[${first}] needs ${needed[first]} steps and has ${lengths[first]}${others})`;
}

/** The logits with 0 beyond each row's end and in rows of weight 0, so that nothing there, not even NaN, has an effect. */
function cut(logits: Tensor, lengths: Lengths, weighting: Weighting | undefined): Tensor {
  const [time, batch] = logits.shape as [number, number, number];
  const counted = weighting ? select(reshape(weighting.kept, [1, batch, 1]), logits, 0) : logits;
  if (lengths.every((length) => length === time)) return counted;
  const within = Uint8Array.from({ length: time * batch }, (_, i) =>
    Number(Math.floor(i / batch) < lengths[i % batch]!),
  );
  return select(logits.device.tensor(within, { shape: [time, batch, 1], dtype: 'bool' }), counted, 0);
}

function checkLogits(logits: Tensor): [time: number, batch: number, classes: number] {
  checkFloat(operation, 'logits', logits);
  if (logits.rank === 3) return logits.shape as unknown as [number, number, number];
  const got = `has shape ${formatShape(logits.shape)}`;
  throw new ShapeError({ operation, argument: 'logits', got, expected: '[time, batch, classes]' });
}

function checkTargets(targets: readonly ArrayLike<number>[], batch: number, classes: number, blank: number): void {
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes) {
    const expected = `a class, 0 to ${classes - 1}`;
    throw new OptionError({ operation, argument: 'blank', got: `is ${blank}`, expected });
  }
  if (!Array.isArray(targets)) {
    const expected = 'an array with the labels of each row';
    throw new OptionError({ operation, argument: 'targets', got: 'is none', expected });
  }
  if (targets.length !== batch) {
    const got = `has ${targets.length} entries`;
    throw new ShapeError({ operation, argument: 'targets', got, expected: `${batch}, one per row of the batch` });
  }
  targets.forEach((labels: ArrayLike<number>, row) => {
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (Number.isInteger(label) && label >= 0 && label < classes && label !== blank) continue;
      const argument = `targets[${row}][${i}]`;
      const expected = `a label, 0 to ${classes - 1} but for the blank ${blank}`;
      throw new OptionError({ operation, argument, got: `is ${label}`, expected });
    }
  });
}
