import { detach, equal, expandAxis, gather, select } from '@sluice/autograd';
import {
  checkTensor,
  type Device,
  OptionError,
  type Parameter,
  readOptions,
  required,
  type Tensor,
  withPublicNames,
} from '@sluice/core';
import { checkSize } from './checks.ts';
import { type Initializer, normal } from './initializers.ts';
import { makeParameter } from './make-parameter.ts';
import { Module, type Signature } from './module.ts';

export interface EmbeddingOptions {
  /** Number of rows, at least 1: indices run from 0 to count - 1. */
  readonly count: number;
  /** Length of a row, at least 1. */
  readonly size: number;
  /** A row that starts as zeros and gets no gradient. Default none. */
  readonly paddingIndex?: number | undefined;
  /** Default normal(0, 1). */
  readonly initializer?: Initializer | undefined;
}

/** Looks rows up: int32 indices [...] to [..., size]. */
export class Embedding extends Module<[indices: Tensor], Tensor> {
  readonly paddingIndex: number | undefined;
  /** [count, size] */
  readonly weight: Parameter;

  /** @throws OptionError for sizes below 1 or a padding index outside the rows. */
  constructor(device: Device, options: EmbeddingOptions) {
    super(device);
    const { count, size, paddingIndex, initializer } = readOptions('embedding', options, {
      count: required,
      size: required,
      paddingIndex: undefined,
      initializer: normal(),
    });
    checkSize('embedding', 'count', count);
    checkSize('embedding', 'size', size);
    if (paddingIndex !== undefined && !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < count)) {
      const problem = { operation: 'embedding', argument: 'paddingIndex', got: `is ${paddingIndex}` };
      throw new OptionError({ ...problem, expected: `a whole number from 0 to ${count - 1}` });
    }
    this.paddingIndex = paddingIndex;
    const cleared: Initializer = (random, shape) => {
      const values = initializer(random, shape);
      if (paddingIndex !== undefined) values.fill(0, paddingIndex * size, (paddingIndex + 1) * size);
      return values;
    };
    const first = typeof initializer === 'function' ? cleared : initializer;
    this.weight = makeParameter(device, 'embedding', 'initializer', [count, size], first);
  }

  override get kind(): string {
    return 'Embedding';
  }

  protected override get takes(): Signature {
    return ['embedding', 'indices'];
  }

  /** An index outside the rows is an IndexError, at the latest when the result is read. */
  protected override forward(indices: Tensor): Tensor {
    checkTensor('embedding', 'indices', indices, { device: this.device, dtype: 'int32' });
    const names = { operation: 'embedding', names: { indices: 'indices' } };
    const rows = withPublicNames(names, () => gather(this.weight, indices));
    if (this.paddingIndex === undefined) return rows;
    return select(expandAxis(equal(indices, this.paddingIndex), -1), detach(rows), rows);
  }
}
