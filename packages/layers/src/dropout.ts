import { dropout } from '@sluice/autograd';
import { checkTensor, type Device, readOptions, required, type Tensor } from '@sluice/core';
import { checkProbability } from './checks.ts';
import { Module, type Signature } from './module.ts';

export interface DropoutOptions {
  /** Of an element to become 0; from 0 to 1. */
  readonly probability: number;
}

/**
 * While training, sets elements to 0 at random and divides the others by 1 - probability (Srivastava et al. 2014); else
 * gives x back. Draws from `device.random`.
 */
export class Dropout extends Module<[x: Tensor], Tensor> {
  readonly probability: number;

  /** @throws OptionError when the probability lies outside 0 to 1. */
  constructor(device: Device, options: DropoutOptions) {
    super(device);
    const { probability } = readOptions('dropout', options, { probability: required });
    checkProbability('dropout', 'probability', probability);
    this.probability = probability;
  }

  override get kind(): string {
    return 'Dropout';
  }

  protected override get takes(): Signature {
    return ['dropout', 'x'];
  }

  protected override forward(x: Tensor): Tensor {
    checkTensor('dropout', 'x', x, { device: this.device });
    return this.training ? dropout(x, this.probability) : x;
  }
}
