import { activeLabel, withLabel } from '@sluice/autograd';

/** The label of what a loss computes. Who watches operations for numbers that are not finite names the loss. */
export class LossLabel {
  /** The loss, perhaps with what is wrong with its targets. */
  readonly name: string;
  /** Whether it is the division that makes the mean: one that gives NaN, from operands that are finite, is a mean of nothing. */
  readonly isMean: boolean;
  /** The label that operations around the loss have. */
  readonly around: unknown;

  constructor(name: string, isMean: boolean) {
    const active = activeLabel();
    this.name = name;
    this.isMean = isMean;
    this.around = active instanceof LossLabel ? active.around : active;
  }
}

/** Runs what a loss computes under its name. */
export function inLoss<R>(name: string, work: () => R, isMean = false): R {
  return withLabel(new LossLabel(name, isMean), work);
}
