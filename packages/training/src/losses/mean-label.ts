import { activeLabel } from '@sluice/autograd';

/** The label of the division that makes a loss's mean: one that gives NaN, from operands that are finite, is a mean of nothing. */
export class MeanLabel {
  /** The loss. */
  readonly operation: string;
  /** The label that operations around it have. */
  readonly around: unknown = activeLabel();

  constructor(operation: string) {
    this.operation = operation;
  }
}
