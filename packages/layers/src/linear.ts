import { add, matMul, reshape } from '@sluice/autograd';
import type { Device, Parameter, Tensor } from '@sluice/core';
import { checkExactShape, checkInitializer, checkLastAxis, checkSize, checkTensor } from './checks.ts';
import { type Initializer, uniform } from './initializers.ts';
import { makeParameter } from './make-parameter.ts';
import { Module } from './module.ts';

export interface LinearOptions {
  /** Length of the last axis of x, at least 1. */
  readonly inputSize: number;
  /** Length of the last axis of the result, at least 1. */
  readonly outputSize: number;
  /** Default true. */
  readonly bias?: boolean | undefined;
  /** A weight of another layer to share, e.g. an embedding's (Press & Wolf 2017). Default a new one. */
  readonly weight?: Parameter | undefined;
  /** Of a weight of its own. Default uniform on +-1 / sqrt(inputSize). */
  readonly weightInitializer?: Initializer | undefined;
  /** Needs `bias`. Default uniform on +-1 / sqrt(inputSize). */
  readonly biasInitializer?: Initializer | undefined;
}

/** y = x W' + b: [..., inputSize] to [..., outputSize]. */
export class Linear extends Module<[x: Tensor], Tensor> {
  readonly inputSize: number;
  readonly outputSize: number;
  /** [outputSize, inputSize] */
  readonly weight: Parameter;
  /** [outputSize] */
  readonly bias: Parameter | undefined;

  /** @throws OptionError for sizes below 1, or an initializer with nothing to initialise; ShapeError, DTypeError or DeviceError when a shared weight does not fit. */
  constructor(device: Device, options: LinearOptions) {
    super(device);
    const { inputSize, outputSize } = options;
    checkSize('linear', 'inputSize', inputSize);
    checkSize('linear', 'outputSize', outputSize);
    checkInitializer('linear', 'weightInitializer', options.weightInitializer, !options.weight);
    checkInitializer('linear', 'biasInitializer', options.biasInitializer, options.bias ?? true);
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    const bound = 1 / Math.sqrt(inputSize);
    const { weightInitializer = uniform(-bound, bound), biasInitializer = uniform(-bound, bound) } = options;
    const shape = [outputSize, inputSize];
    if (options.weight) {
      checkTensor('linear', 'weight', options.weight, device, device.dtype);
      checkExactShape('linear', 'weight', options.weight, shape);
    }
    [this.weight, this.bias] = device.attempt(() => [
      options.weight ?? makeParameter(device, 'linear', shape, weightInitializer),
      options.bias === false ? undefined : makeParameter(device, 'linear', [outputSize], biasInitializer),
    ]);
  }

  override get kind(): string {
    return 'Linear';
  }

  protected override forward(x: Tensor): Tensor {
    checkTensor('linear', 'x', x, this.device, this.weight.dtype);
    checkLastAxis('linear', 'x', x, this.inputSize);
    const rows = x.rank === 1 ? reshape(x, [1, this.inputSize]) : x;
    const product = matMul(rows, this.weight, { transposeB: true });
    const y = this.bias ? add(product, this.bias) : product;
    return x.rank === 1 ? reshape(y, [this.outputSize]) : y;
  }
}
