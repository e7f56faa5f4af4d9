import type { AdamStep, OptimizerKernels } from '@sluice/core';
import { loopBound, reduce } from './kernels/reduce.ts';
import type { KernelSource } from './launcher.ts';
import type { Machine } from './machine.ts';
import type { GpujsStorage, X } from './storage.ts';

const adamNumbers = [
  'beta1',
  'beta2',
  'rest1',
  'rest2',
  'epsilon',
  'penalty',
  'decay',
  'stepSize',
  'deviationScale',
] as const;

const moments = `const theta = parameter[this.thread.x];
const g = gradient[this.thread.x] + penalty * theta;
const m = beta1 * firstMoment[this.thread.x] + rest1 * g;
const v = beta2 * secondMoment[this.thread.x] + rest2 * g * g;`;

const results = {
  parameter: 'decay * theta - stepSize * m / (deviationScale * Math.sqrt(v) + epsilon)',
  firstMoment: 'm',
  secondMoment: 'v',
} as const;

function adamSource(result: keyof typeof results): KernelSource {
  return {
    blocks: ['parameter', 'gradient', 'firstMoment', 'secondMoment'],
    numbers: adamNumbers,
    floats: adamNumbers,
    body: `${moments}\nreturn ${results[result]};`,
  };
}

function squaresSource(bound: number): KernelSource {
  return {
    blocks: ['x'],
    numbers: ['length', 'chunk'],
    body: `const begin = this.thread.x * chunk;
let total = 0;
for (let k = 0; k < ${bound}; k++) {
  if (k >= chunk || begin + k >= length) { break; }
  const v = x[begin + k];
  total = total + v * v;
}
return total;`,
  };
}

function sumOfSquares(machine: Machine, x: X): GpujsStorage {
  const { size } = x.storage;
  if (size === 0) return reduce(machine, 'sum', { ...x, shape: [0] }, [0]);
  // About as many threads as each has elements.
  const chunk = 2 ** Math.ceil(Math.log2(size) / 2);
  const chunks = Math.ceil(size / chunk);
  const bound = loopBound(chunk);
  const partial = machine.compute(
    'float32',
    chunks,
    `squares ${bound}`,
    () => squaresSource(bound),
    [x],
    [size, chunk],
  );
  if (chunks === 1) return partial;
  const sum = reduce(machine, 'sum', { storage: partial, shape: [chunks], dtype: 'float32' }, [0]);
  machine.free(partial);
  return sum;
}

/** A launch for each result, as a kernel writes but one. */
export function optimizerKernels(machine: Machine): OptimizerKernels<GpujsStorage> {
  return {
    supports: (dtype) => dtype === 'float32',
    adam({ parameter, gradient, firstMoment, secondMoment }, step: AdamStep) {
      const { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale } = step;
      const operands = [parameter, gradient, firstMoment, secondMoment];
      const numbers = [beta1, beta2, 1 - beta1, 1 - beta2, epsilon, penalty, decay, stepSize, deviationScale];
      const compute = (result: keyof typeof results) =>
        machine.compute(
          'float32',
          parameter.storage.size,
          `adam ${result}`,
          () => adamSource(result),
          operands,
          numbers,
        );
      return {
        parameter: compute('parameter'),
        firstMoment: compute('firstMoment'),
        secondMoment: compute('secondMoment'),
      };
    },
    sumOfSquares: (x) => sumOfSquares(machine, x),
  };
}
