import { createDataArray, type DataArray, DTypeError, SluiceError, type Tensor } from '@sluice/core';
import { multiply } from './ops/elementwise.ts';
import { grad } from './value-and-grad.ts';

/** A gradient differs from the difference quotient. */
export class GradientError extends SluiceError {
  override readonly name: string = 'GradientError';
}

export interface CheckGradientsOptions {
  /** Half the distance between the two points of a difference quotient. Default 1e-5. */
  readonly step?: number | undefined;
  /** Largest accepted |gradient - quotient| / max(1, |gradient|, |quotient|). Default 1e-6. */
  readonly tolerance?: number | undefined;
}

/**
 * Compares the gradients of a scalar function with central differences (f(x + h) - f(x - h)) / 2h, for every element of every input.
 * @param compute a scalar from tensors of the inputs' shapes; must not draw random numbers
 * @param inputs float64 tensors; points where the function has a kink give wrong quotients
 * @returns the largest relative error
 * @throws GradientError naming input and element when the tolerance is passed; DTypeError unless the inputs are float64
 * @example
 * await checkGradients((x) => sum(tanh(x)), [device.tensor([0.1, -2], { dtype: 'float64' })]);
 */
export async function checkGradients(
  compute: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: CheckGradientsOptions = {},
): Promise<number> {
  const { step = 1e-5, tolerance = 1e-6 } = options;
  inputs.forEach((input, i) => {
    if (input.dtype !== 'float64') {
      const problem = { operation: 'checkGradients', argument: `inputs[${i}]` };
      throw new DTypeError({ ...problem, got: `has dtype ${input.dtype}`, expected: 'float64' });
    }
  });
  // eslint-disable-next-line sluice/no-spread-arguments -- as many as the user wrote
  const gradients = grad(() => compute(...inputs), inputs);
  const slopes = await Promise.all(gradients.map((gradient) => gradient.data()));
  for (const gradient of gradients) gradient.dispose();
  let worst = 0;
  for (const [i, input] of inputs.entries()) {
    const expected = slopes[i] as DataArray;
    for (let j = 0; j < input.size; j++) {
      const above = await evaluate(compute, inputs, i, j, step);
      const below = await evaluate(compute, inputs, i, j, -step);
      const quotient = (above - below) / (2 * step);
      const actual = expected[j] as number;
      const error = Math.abs(actual - quotient) / Math.max(1, Math.abs(actual), Math.abs(quotient));
      // A NaN error must count as a failure.
      if (!(error <= tolerance)) {
        throw new GradientError({
          operation: 'checkGradients',
          argument: `inputs[${i}] element ${j}`,
          got: `has gradient ${actual}`,
          expected: `${quotient} by central differences (relative error ${error}, tolerance ${tolerance})`,
        });
      }
      worst = Math.max(worst, error);
    }
  }
  return worst;
}

async function evaluate(
  compute: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  index: number,
  element: number,
  offset: number,
): Promise<number> {
  const input = inputs[index] as Tensor;
  const data = createDataArray('float64', input.size);
  data.set(await input.data());
  data[element] = (data[element] as number) + offset;
  const { device } = input;
  // The product is a new tensor, also where `compute` returns an input.
  const result = device.scope(() =>
    // eslint-disable-next-line sluice/no-spread-arguments -- as many as the user wrote
    multiply(compute(...inputs.with(index, device.tensor(data, { shape: input.shape }))), 1),
  );
  try {
    return await result.item();
  } finally {
    result.dispose();
  }
}
