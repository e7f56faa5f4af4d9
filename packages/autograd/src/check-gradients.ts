import {
  checkFunction,
  type DataArray,
  OptionError,
  Parameter,
  readOptions,
  refuse,
  SluiceError,
  type Tensor,
} from '@sluice/core';
import { type CheckedInput, evaluateAt, listPoints, type Point, setTo } from './checked-inputs.ts';
import { differentiate } from './value-and-grad.ts';

/** A gradient differs from the difference quotient. */
export class GradientError extends SluiceError {
  override readonly name: string = 'GradientError';
}

export interface CheckGradientsOptions {
  /** Half the distance between the two points of a difference quotient; above 0. Default 1e-5. */
  readonly step?: number | undefined;
  /** Largest accepted |gradient - quotient| / max(1, |gradient|, |quotient|); above 0. Default 1e-6. */
  readonly tolerance?: number | undefined;
}

const operation = 'checkGradients';

/**
 * Compares the gradients of a scalar function with central differences (f(x + h) - f(x - h)) / 2h, for every element of every input.
 *
 * Tensors are replaced: `compute` gets those of the list, in order. Parameters are moved in place, alone, in a map or in a layer, so that `compute` may
 * use them from anywhere; they are what they were in the end. Random numbers are drawn alike each time.
 * @param compute a scalar from tensors of the inputs' shapes
 * @param inputs of float64; points where the function has a kink give wrong quotients
 * @returns the largest relative error
 * @throws GradientError naming input and element when the tolerance is passed; DTypeError unless the inputs are float64
 * @example
 * await checkGradients((x) => sum(tanh(x)), [device.tensor([0.1, -2], { dtype: 'float64' })]);
 * const precise = new Device(createJsBackend(), { dtype: 'float64' });
 * const linear = new Linear(precise, { inputSize: 2, outputSize: 1 });
 * await checkGradients(() => sum(tanh(linear.call(precise.ones([3, 2])))), linear);
 */
export async function checkGradients(
  compute: (...inputs: Tensor[]) => Tensor,
  inputs: CheckedInput | readonly CheckedInput[],
  options?: CheckGradientsOptions,
): Promise<number> {
  const { step, tolerance } = readOptions(operation, options, { step: 1e-5, tolerance: 1e-6 });
  checkPositive('step', step);
  checkPositive('tolerance', tolerance);
  checkFunction(operation, 'compute', compute);
  const points = listPoints(operation, inputs);
  const args = points.filter(({ place }) => place >= 0).map(({ tensor }) => tensor);
  const { device } = points[0]!.tensor;
  const random = device.random.state;
  const run = (tensors: readonly Tensor[]) => {
    device.random.state = random;
    // eslint-disable-next-line sluice/no-spread-arguments -- as many as the user wrote
    return compute(...tensors);
  };
  const slopes = await slopesOf(() => run(args), points);
  let worst = 0;
  for (const [i, point] of points.entries()) {
    const origin = await point.tensor.data();
    try {
      for (let j = 0; j < origin.length; j++) {
        const above = await evaluateAt(point, origin, j, step, args, run);
        const below = await evaluateAt(point, origin, j, -step, args, run);
        worst = Math.max(
          worst,
          compare(`${point.name} element ${j}`, slopes[i]![j]!, (above - below) / (2 * step), tolerance),
        );
      }
    } finally {
      if (point.tensor instanceof Parameter) setTo(point.tensor, origin);
    }
  }
  return worst;
}

/** The gradient of each point. */
async function slopesOf(compute: () => Tensor, points: readonly Point[]): Promise<DataArray[]> {
  const targets = points.map(({ tensor }) => tensor);
  const { value, gradients } = differentiate(operation, compute, targets);
  try {
    return await Promise.all(gradients.map((gradient) => gradient.data()));
  } finally {
    for (const tensor of [value, ...gradients]) tensor.dispose();
  }
}

/** The relative error. */
function compare(argument: string, gradient: number, quotient: number, tolerance: number): number {
  const error = Math.abs(gradient - quotient) / Math.max(1, Math.abs(gradient), Math.abs(quotient));
  // A NaN error must count as a failure.
  if (error <= tolerance) return error;
  refuse(
    GradientError,
    operation,
    argument,
    `has gradient ${gradient}`,
    `${quotient} by central differences (relative error ${error}, tolerance ${tolerance})`,
  );
}

function checkPositive(argument: string, value: number): void {
  if (typeof value === 'number' && value > 0) return;
  refuse(OptionError, operation, argument, `is ${value}`, 'a number above 0');
}
