import { createDataArray, type DataArray, type DType, type OptimizerKernels, readAdamStep } from '@sluice/core';

/** The definitions of the optimizer's kernels, evaluated in float64. */
export const optimizer: OptimizerKernels<DataArray> = {
  supports: () => true,

  adam({ parameter, gradient, firstMoment, secondMoment }, step) {
    const { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale } = readAdamStep(step);
    const map = (value: (i: number) => number) => fill(parameter.dtype, parameter.storage.length, value);
    const theta = (i: number) => parameter.storage[i]!;
    const g = (i: number) => gradient.storage[i]! + penalty * theta(i);
    const m = (i: number) => beta1 * firstMoment.storage[i]! + (1 - beta1) * g(i);
    const v = (i: number) => beta2 * secondMoment.storage[i]! + (1 - beta2) * g(i) ** 2;
    return {
      parameter: map((i) => decay * theta(i) - (stepSize * m(i)) / (deviationScale * Math.sqrt(v(i)) + epsilon)),
      firstMoment: map(m),
      secondMoment: map(v),
    };
  },

  sumOfSquares({ storage, dtype }) {
    let sum = 0;
    for (const value of storage) sum += value ** 2;
    return fill(dtype, 1, () => sum);
  },
};

function fill(dtype: DType, size: number, value: (i: number) => number): DataArray {
  const data = createDataArray(dtype, size);
  for (let i = 0; i < size; i++) data[i] = value(i);
  return data;
}
