import type { AdamStep, Backend, Operand, OptimizerKernels } from '@sluice/core';
import { type CheckContext, type ConformanceCheck, demand, errorOf } from '../kit/check.ts';
import { type OptimizerKernel, optimizerKernels } from '../kit/optional-kernels.ts';
import { runCase, upload } from '../kit/run-case.ts';
import { uniformArray } from '../kit/values.ts';

const plain: AdamStep = {
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, penalty: 0, decay: 1 },
  ...{ stepSize: 0.01, deviationScale: 31.6 },
};
const steps: Record<string, AdamStep> = {
  plain,
  'with a penalty': { ...plain, penalty: 0.3, epsilon: 0.01, beta1: 0.5 },
  'with decay': { ...plain, decay: 0.75, beta2: 0.9, deviationScale: 1.2, stepSize: 0.2 },
};
const shapes = [[], [0], [1], [3], [4], [5], [7, 9], [16, 4, 8], [20_011], [66_569]];
const results = ['parameter', 'firstMoment', 'secondMoment'] as const;

function kernelsOf<S>(backend: Backend<S>): OptimizerKernels<S> {
  demand(backend.optimizer !== undefined, 'optimizer: the property came and went');
  return backend.optimizer;
}

function check(kernel: OptimizerKernel, name: string, run: (context: CheckContext) => Promise<void>): ConformanceCheck {
  return { name: `optimizer ${kernel.name}: ${name}`, dtypes: [kernel.dtype], kernel, run };
}

function adamChecks(kernel: OptimizerKernel): ConformanceCheck[] {
  const { dtype } = kernel;
  const unknown = check(kernel, 'an unknown number of the step is refused', async ({ backend }) => {
    const x = upload(backend, uniformArray(dtype, [3], 1, 0.1));
    const label = `optimizer adam with an unknown number`;
    const step = { ...plain, unheardOf: 1 };
    await errorOf(label, () =>
      kernelsOf(backend).adam({ parameter: x, gradient: x, firstMoment: x, secondMoment: x }, step),
    );
    backend.free(x.storage);
  });
  const known = Object.entries(steps).map(([name, step]) =>
    check(kernel, name, async (context) => {
      for (const [seed, shape] of shapes.entries()) {
        for (const result of results) {
          const array = (offset: number, low: number) => uniformArray(dtype, shape, 10 * seed + offset, low);
          await runCase(context, {
            label: `optimizer adam ${name}, ${result}`,
            operands: [array(0, -3), array(1, -3), array(2, -3), array(3, 0.01)],
            shape,
            dtype,
            precision: 'rounded',
            call: (backend, operands) => takeOne(backend, operands, step, result),
          });
        }
      }
    }),
  );
  return [...known, unknown];
}

function sumOfSquaresCheck(kernel: OptimizerKernel): ConformanceCheck {
  const { dtype } = kernel;
  return check(kernel, 'any shape', async (context) => {
    for (const [seed, shape] of shapes.entries()) {
      await runCase(context, {
        label: 'optimizer sumOfSquares',
        operands: [uniformArray(dtype, shape, seed)],
        shape: [],
        dtype,
        precision: 'rounded',
        call: (backend, [x]) => kernelsOf(backend).sumOfSquares(x!),
      });
    }
  });
}

/** Kernels of optimizers, which a backend need not have. */
export const optimizerChecks: readonly ConformanceCheck[] = optimizerKernels.flatMap((kernel) =>
  kernel.method === 'adam' ? adamChecks(kernel) : [sumOfSquaresCheck(kernel)],
);

/** One result of a step; the others are freed. */
function takeOne<S>(
  backend: Backend<S>,
  [parameter, gradient, firstMoment, secondMoment]: readonly Operand<S>[],
  step: AdamStep,
  wanted: (typeof results)[number],
): S {
  const operands = {
    parameter: parameter!,
    gradient: gradient!,
    firstMoment: firstMoment!,
    secondMoment: secondMoment!,
  };
  const made = kernelsOf(backend).adam(operands, step);
  for (const name of results) if (name !== wanted) backend.free(made[name]);
  return made[wanted];
}
