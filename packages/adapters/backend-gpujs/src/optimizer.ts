import { type AdamStep, type OptimizerKernels, readAdamStep } from '@sluice/core';
import { loopBound, reduce } from './kernels/reduce.ts';
import type { KernelSource, KernelsSource } from './launcher.ts';
import type { Machine } from './machine.ts';
import { blockOf, type GpujsStorage, type X } from './storage.ts';

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

const adamSource: KernelsSource = {
  blocks: ['parameter', 'gradient', 'firstMoment', 'secondMoment'],
  numbers: adamNumbers,
  floats: adamNumbers,
  body: moments,
  results: ['decay * theta - stepSize * m / (deviationScale * Math.sqrt(v) + epsilon)', 'm', 'v'],
};

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

/** All results of a parameter in one launch, where the device writes three textures at a time. */
export function optimizerKernels(machine: Machine): OptimizerKernels<GpujsStorage> {
  return {
    supports: (dtype) => dtype === 'float32',
    adam({ parameter, gradient, firstMoment, secondMoment }, step: AdamStep) {
      const { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale } = readAdamStep(step);
      const numbers = [beta1, beta2, 1 - beta1, 1 - beta2, epsilon, penalty, decay, stepSize, deviationScale];
      const { size } = parameter.storage;
      const blocks = () => {
        const operands = [parameter, gradient, firstMoment, secondMoment].map(blockOf);
        return machine.launcher.runAll('adam', 3, () => adamSource, size, operands, numbers);
      };
      const [ofParameter, ofFirst, ofSecond] = size === 0 ? [] : blocks();
      return {
        parameter: machine.adopt('float32', size, ofParameter),
        firstMoment: machine.adopt('float32', size, ofFirst),
        secondMoment: machine.adopt('float32', size, ofSecond),
      };
    },
    sumOfSquares: (x) => sumOfSquares(machine, x),
  };
}
