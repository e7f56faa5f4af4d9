import { add, clamp, divide, minimum, multiply, sqrt, square, sum } from '@sluice/autograd';
import { OptionError, type Tensor } from '@sluice/core';
import { checkLike, checkMap, checkTensor } from './checks.ts';
import { optimizerKernels } from './kernels.ts';

export type Gradients = ReadonlyMap<string, Tensor>;

/**
 * Every element limited to [-limit, limit]. New tensors; NaN stays NaN.
 * @throws OptionError unless the limit is above 0; DisposedError for a gradient that was freed. Nothing is made then.
 */
export function clipByValue(gradients: Gradients, limit: number): Map<string, Tensor> {
  check('clipByValue', gradients, 'limit', limit);
  return mapGradients(gradients, (gradient) => clamp(gradient, -limit, limit));
}

/**
 * Each gradient scaled down on its own to a Euclidean norm of at most `maximum`: g min(1, maximum / (|g| + 1e-6)). New tensors.
 * @throws OptionError unless the maximum is above 0; DisposedError for a gradient that was freed. Nothing is made then.
 */
export function clipByNorm(gradients: Gradients, maximum: number): Map<string, Tensor> {
  check('clipByNorm', gradients, 'maximum', maximum);
  return mapGradients(gradients, (gradient) => multiply(gradient, scaleFor(sqrt(sumOfSquares(gradient)), maximum)));
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
 * @throws OptionError unless the maximum is above 0 and there is a gradient; DeviceError, DTypeError unless all are alike; DisposedError for one that was
 * freed. Nothing is made then.
 */
export function clipByGlobalNorm(gradients: Gradients, maximum: number): ClippedGradients {
  check('clipByGlobalNorm', gradients, 'maximum', maximum);
  const { device } = checkAlike('clipByGlobalNorm', gradients);
  return device.scope(() => {
    const norm = globalNorm(gradients);
    const scale = scaleFor(norm, maximum);
    return { gradients: mapGradients(gradients, (gradient) => multiply(gradient, scale)), norm };
  });
}

/**
 * The Euclidean norm of all elements of all gradients, a scalar.
 * @throws OptionError when there are none; DeviceError, DTypeError unless all are alike; DisposedError for one that was freed
 */
export function globalNorm(gradients: Gradients): Tensor {
  checkEach('globalNorm', gradients);
  const { device } = checkAlike('globalNorm', gradients);
  return device.scope(() =>
    sqrt([...gradients.values()].map(sumOfSquares).reduce((sum, squares) => add(sum, squares))),
  );
}

function sumOfSquares(x: Tensor): Tensor {
  const kernels = optimizerKernels(x);
  if (!kernels) return sum(square(x));
  return x.device.execute('sumOfSquares', [x], [], x.dtype, (_, [operand]) => kernels.sumOfSquares(operand!));
}

function scaleFor(norm: Tensor, maximum: number): Tensor {
  return minimum(divide(maximum, add(norm, 1e-6)), 1);
}

/** All of them changed, or, when anything throws, none: what was made by then is freed. */
function mapGradients(gradients: Gradients, change: (gradient: Tensor) => Tensor): Map<string, Tensor> {
  const changed = new Map<string, Tensor>();
  try {
    for (const [name, gradient] of gradients)
      changed.set(
        name,
        gradient.device.scope(() => change(gradient)),
      );
    return changed;
  } catch (error) {
    for (const tensor of changed.values()) tensor.dispose();
    throw error;
  }
}

function check(operation: string, gradients: Gradients, argument: string, value: number): void {
  if (!(typeof value === 'number' && value > 0)) {
    throw new OptionError({ operation, argument, got: `is ${value}`, expected: 'a number above 0' });
  }
  checkEach(operation, gradients);
}

function checkEach(operation: string, gradients: Gradients): void {
  checkMap(operation, 'gradients', gradients);
  for (const [name, gradient] of gradients) checkTensor(operation, `gradient ${name}`, gradient);
}

/** The first of the gradients, which the others are like. */
function checkAlike(operation: string, gradients: Gradients): Tensor {
  const [first] = gradients.values();
  if (!first) throw new OptionError(`${operation}: gradients are empty, expected at least one tensor`);
  for (const [name, gradient] of gradients) checkLike(operation, `gradient ${name}`, gradient, first, 'first');
  return first;
}
