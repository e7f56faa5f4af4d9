import { add, clamp, divide, minimum, multiply, sqrt, square, sum } from '@sluice/autograd';
import { OptionError, type Tensor } from '@sluice/core';
import { optimizerKernels } from './kernels.ts';

export type Gradients = ReadonlyMap<string, Tensor>;

/**
 * Every element limited to [-limit, limit]. New tensors; NaN stays NaN.
 * @throws OptionError unless the limit is above 0
 */
export function clipByValue(gradients: Gradients, limit: number): Map<string, Tensor> {
  check('clipByValue', 'limit', limit);
  return mapGradients(gradients, (gradient) => clamp(gradient, -limit, limit));
}

/**
 * Each gradient scaled down on its own to a Euclidean norm of at most `maximum`: g min(1, maximum / (|g| + 1e-6)). New tensors.
 * @throws OptionError unless the maximum is above 0
 */
export function clipByNorm(gradients: Gradients, maximum: number): Map<string, Tensor> {
  check('clipByNorm', 'maximum', maximum);
  return mapGradients(gradients, (gradient) =>
    gradient.device.scope(() => multiply(gradient, scaleFor(sqrt(sumOfSquares(gradient)), maximum))),
  );
}

export interface ClippedGradients {
  readonly gradients: Map<string, Tensor>;
  /** The norm before clipping, a scalar. */
  readonly norm: Tensor;
}

/**
 * All gradients scaled by one factor, so that the norm of all of them together is at most `maximum` (Pascanu et al. 2013):
 * g min(1, maximum / (norm + 1e-6)), as `torch.nn.utils.clip_grad_norm_`. Nothing is read back from the device. A norm that is not
 * finite is returned as it is; the gradients then hold NaN or zeros, so look at the norm before they are used.
 * @throws OptionError unless the maximum is above 0 and there is a gradient
 */
export function clipByGlobalNorm(gradients: Gradients, maximum: number): ClippedGradients {
  check('clipByGlobalNorm', 'maximum', maximum);
  const norm = globalNorm(gradients);
  return norm.device.scope(() => {
    const scale = scaleFor(norm, maximum);
    return { gradients: mapGradients(gradients, (gradient) => multiply(gradient, scale)), norm };
  });
}

/**
 * The Euclidean norm of all elements of all gradients, a scalar.
 * @throws OptionError when there are none
 */
export function globalNorm(gradients: Gradients): Tensor {
  const [first, ...others] = gradients.values();
  if (!first) throw new OptionError('globalNorm: gradients are empty, expected at least one tensor');
  return first.device.scope(() => {
    let squares = sumOfSquares(first);
    for (const gradient of others) squares = add(squares, sumOfSquares(gradient));
    return sqrt(squares);
  });
}

function sumOfSquares(x: Tensor): Tensor {
  const kernels = optimizerKernels(x);
  if (!kernels) return sum(square(x));
  return x.device.execute('sumOfSquares', [x], [], x.dtype, (_, [operand]) => kernels.sumOfSquares(operand!));
}

function scaleFor(norm: Tensor, maximum: number): Tensor {
  return minimum(divide(maximum, add(norm, 1e-6)), 1);
}

function mapGradients(gradients: Gradients, change: (gradient: Tensor) => Tensor): Map<string, Tensor> {
  return new Map([...gradients].map(([name, gradient]) => [name, gradient.device.scope(() => change(gradient))]));
}

function check(operation: string, argument: string, value: number): void {
  if (!(value > 0)) throw new OptionError({ operation, argument, got: `is ${value}`, expected: 'a number above 0' });
}
