import { type Backend, createDataArray, type DType, type Operand, type OptimizerKernels } from '@sluice/core';

/**
 * The definition of the kernels on top of the JavaScript backend, whose arrays they read.
 * @param calls takes note of each call
 */
export function withKernels(backend: Backend, calls: string[] = []): Backend {
  const data = (x: Operand<unknown>) => (x.storage as { data: Float64Array }).data;
  const upload = (values: number[], dtype: DType) => {
    const array = createDataArray(dtype, values.length);
    array.set(values);
    return backend.upload(array, dtype);
  };
  const optimizer: OptimizerKernels<unknown> = {
    supports: (dtype) => dtype === 'float64',
    adam({ parameter, gradient, firstMoment, secondMoment }, step) {
      calls.push('adam');
      const [theta, g, m, v] = [parameter, gradient, firstMoment, secondMoment].map((x) => [...data(x)]);
      const slope = g!.map((value, i) => value + step.penalty * theta![i]!);
      const first = m!.map((mean, i) => step.beta1 * mean + (1 - step.beta1) * slope[i]!);
      const second = v!.map((mean, i) => step.beta2 * mean + (1 - step.beta2) * slope[i]! ** 2);
      const change = (i: number) => first[i]! / (step.deviationScale * Math.sqrt(second[i]!) + step.epsilon);
      const next = theta!.map((value, i) => step.decay * value - step.stepSize * change(i));
      const { dtype } = parameter;
      const [y, firstTo, secondTo] = [next, first, second].map((values) => upload(values, dtype));
      return { parameter: y, firstMoment: firstTo, secondMoment: secondTo };
    },
    sumOfSquares(x) {
      calls.push('sumOfSquares');
      return upload([[...data(x)].reduce((sum, value) => sum + value * value, 0)], x.dtype);
    },
  };
  return Object.create(backend, { optimizer: { value: optimizer } }) as Backend;
}
