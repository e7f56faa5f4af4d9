import { add, matMul, reshape } from '@sluice/autograd';
import { checkTensor, type Device, type Parameter, readOptions, required, type Tensor } from '@sluice/core';
import { checkInitializer, checkLastAxis, checkParameter, checkSize } from './checks.ts';
import { type Initializer, uniform } from './initializers.ts';
import { makeParameter } from './make-parameter.ts';
import { Module, type Signature } from './module.ts';

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
    const { inputSize, outputSize, bias, weight, weightInitializer, biasInitializer } = readOptions('linear', options, {
      inputSize: required,
      outputSize: required,
      bias: true,
      weight: undefined,
      weightInitializer: undefined,
      biasInitializer: undefined,
    });
    checkSize('linear', 'inputSize', inputSize);
    checkSize('linear', 'outputSize', outputSize);
    checkInitializer(
      'linear',
      'weightInitializer',
      weightInitializer,
      weight !== undefined && 'with a weight to share',
    );
    checkInitializer('linear', 'biasInitializer', biasInitializer, !bias && 'with bias: false');
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    const bound = 1 / Math.sqrt(inputSize);
    const draw = uniform(-bound, bound);
    const shape = [outputSize, inputSize];
    if (weight !== undefined) checkParameter('linear', 'weight', weight, { device, dtype: device.dtype, shape });
    const make = (argument: string, axes: readonly number[], initializer = draw) =>
      makeParameter(device, 'linear', argument, axes, initializer);
    [this.weight, this.bias] = device.attempt(() => [
      weight ?? make('weightInitializer', shape, weightInitializer),
      bias ? make('biasInitializer', [outputSize], biasInitializer) : undefined,
    ]);
  }

  override get kind(): string {
    return 'Linear';
  }

  protected override get takes(): Signature {
    return ['linear', 'x'];
  }

  protected override forward(x: Tensor): Tensor {
    checkTensor('linear', 'x', x, { device: this.device, dtype: this.weight.dtype });
    checkLastAxis('linear', 'x', x, this.inputSize);
    const rows = x.rank === 1 ? reshape(x, [1, this.inputSize]) : x;
    const product = matMul(rows, this.weight, { transposeB: true });
    const y = this.bias ? add(product, this.bias) : product;
    return x.rank === 1 ? reshape(y, [this.outputSize]) : y;
  }
}
