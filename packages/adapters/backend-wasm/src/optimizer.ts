import { type OptimizerKernels, readAdamStep } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, type WasmStorage } from './storage.ts';

/** Elements whose squares are added in one go; the sums are then added in their order, so that the result depends on nothing else. */
const stretch = 8192;

/** Multiplications and additions of a step of Adam. */
const operationsPerElement = 14;

/** Updates in one pass. */
export function optimizerKernels(machine: Machine): OptimizerKernels<WasmStorage> {
  return {
    supports: (dtype) => dtype === 'float32',

    adam({ parameter, gradient, firstMoment, secondMoment }, step) {
      const { kernels } = machine;
      const { size } = parameter.storage;
      const [y, m, v] = [0, 1, 2].map(() => machine.make('float32', size));
      const { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale } = readAdamStep(step);
      const numbers = [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, penalty, decay, stepSize, deviationScale];
      machine.elements('float32', kernels.adamAddress(), numbers.length).set(numbers);
      const [from, g, mFrom, vFrom] = [parameter, gradient, firstMoment, secondMoment].map((x) => addressOf(x.storage));
      const given = [addressOf(y!), addressOf(m!), addressOf(v!), from!, g!, mFrom!, vFrom!, size];
      machine.run('adamF32', given, machine.parts(operationsPerElement * size));
      return { parameter: y!, firstMoment: m!, secondMoment: v! };
    },

    sumOfSquares({ storage }) {
      const { kernels } = machine;
      const count = Math.ceil(storage.size / stretch);
      const y = machine.make('float32', 1);
      const sums = machine.scratch(count * 8);
      kernels.squaresF32(sums, addressOf(storage), storage.size, stretch);
      let total = 0;
      for (const sum of machine.elements('float64', sums, count)) total += sum;
      machine.fill(y, total);
      return y;
    },
  };
}
