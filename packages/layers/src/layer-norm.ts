import { layerNorm } from '@sluice/autograd';
import {
  checkTensor,
  type Device,
  OptionError,
  type Parameter,
  readOptions,
  required,
  type Tensor,
} from '@sluice/core';
import { checkLastAxis, checkSize } from './checks.ts';
import { constant, type Initializer, zeros } from './initializers.ts';
import { makeParameter } from './make-parameter.ts';
import { Module, type Signature } from './module.ts';

export interface LayerNormModuleOptions {
  /** Length of the last axis, at least 1. */
  readonly size: number;
  /** Added to the variance; at least 0. Default 1e-5. */
  readonly epsilon?: number | undefined;
  /** Scale and shift the result by learned vectors. Default true. */
  readonly affine?: boolean | undefined;
}

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016): (x - mean) / sqrt(variance + epsilon) weight + bias.
 * [..., size] to [..., size].
 */
export class LayerNorm extends Module<[x: Tensor], Tensor> {
  readonly size: number;
  readonly epsilon: number;
  /** [size], starts as ones. */
  readonly weight: Parameter | undefined;
  /** [size], starts as zeros. */
  readonly bias: Parameter | undefined;

  /** @throws OptionError for a size below 1 or a negative epsilon. */
  constructor(device: Device, options: LayerNormModuleOptions) {
    super(device);
    const defaults = { size: required, epsilon: 1e-5, affine: true } as const;
    const { size, epsilon, affine } = readOptions('layerNorm', options, defaults);
    checkSize('layerNorm', 'size', size);
    if (!(typeof epsilon === 'number' && epsilon >= 0)) {
      const problem = { operation: 'layerNorm', argument: 'epsilon', got: `is ${epsilon}` };
      throw new OptionError({ ...problem, expected: 'a number of at least 0' });
    }
    this.size = size;
    this.epsilon = epsilon;
    const make = (initializer: Initializer) => makeParameter(device, 'layerNorm', 'initializer', [size], initializer);
    [this.weight, this.bias] = device.attempt(() => (affine ? [make(constant(1)), make(zeros)] : []));
  }

  override get kind(): string {
    return 'LayerNorm';
  }

  protected override get takes(): Signature {
    return ['layerNorm', 'x'];
  }

  protected override forward(x: Tensor): Tensor {
    checkTensor('layerNorm', 'x', x, { device: this.device, dtype: this.weight?.dtype });
    checkLastAxis('layerNorm', 'x', x, this.size);
    const { epsilon, weight, bias } = this;
    return layerNorm(x, weight && bias ? { epsilon, weight, bias } : { epsilon });
  }
}
