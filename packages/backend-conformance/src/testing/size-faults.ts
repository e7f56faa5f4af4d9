import type { Backend, DataArray, Operand, OptimizerKernels, RecurrentKernels, Shape } from '@sluice/core';
import type { Faults } from './fault.ts';

type Right = Backend<DataArray>;

/** The elements up to a limit, and 0 for all others. */
const upTo = (limit: number, data: DataArray) => data.map((value, i) => (i < limit ? value : 0)) as DataArray;

/** A method whose result is right for its first elements alone. */
const shortened =
  (method: 'unary' | 'binary' | 'compare' | 'select' | 'cast' | 'fill' | 'concat' | 'transpose', limit: number) =>
  (right: Right): Partial<Right> => ({
    [method]: (...all: never[]) => upTo(limit, (right[method] as (...given: never[]) => DataArray)(...all)),
  });

/** A method that answers an array of many axes with what it would be for other data. */
const wrongFromRank = (
  method: 'unary' | 'reduce' | 'slice' | 'transpose' | 'concat' | 'cumulativeSum',
  rank: number,
) => {
  const rankOf = (x: unknown) =>
    (Array.isArray(x) ? (x[0] as Operand<DataArray>) : (x as Operand<DataArray>)).shape.length;
  return (right: Right): Partial<Right> => ({
    [method]: (...all: never[]) => {
      const result = (right[method] as (...given: never[]) => DataArray)(...all);
      const operand = all.find((given: unknown) => typeof given === 'object' && given !== null) as unknown;
      return rankOf(operand) >= rank ? (result.toReversed() as DataArray) : result;
    },
  });
};

const isWhole = (x: Operand<DataArray>, sizes: Shape) => sizes.every((size, axis) => size === x.shape[axis]);

function withRecurrent(breaks: (right: RecurrentKernels<DataArray>) => Partial<RecurrentKernels<DataArray>>) {
  return ({ recurrent }: Right) => ({ recurrent: { ...recurrent!, ...breaks(recurrent!) } });
}

function withOptimizer(breaks: (right: OptimizerKernels<DataArray>) => Partial<OptimizerKernels<DataArray>>) {
  return ({ optimizer }: Right) => ({ optimizer: { ...optimizer!, ...breaks(optimizer!) } });
}

const wrongElement = /element \[.*\] is .*, expected/;
const lstm = 'recurrent lstm, float32';

/** Faults that small arrays of few axes do not show. */
export const sizeFaults: Faults = {
  'unary: elements beyond 65,536 are left out': {
    breaks: shortened('unary', 65_536),
    check: 'unary tanh float32: many elements',
    message: wrongElement,
  },
  'binary: elements beyond 65,536 are left out': {
    breaks: shortened('binary', 65_536),
    check: 'binary add float32: many elements',
    message: wrongElement,
  },
  'compare: elements beyond 65,536 are left out': {
    breaks: shortened('compare', 65_536),
    check: 'compare less float32: many elements',
    message: wrongElement,
  },
  'select: elements beyond 65,536 are left out': {
    breaks: shortened('select', 65_536),
    check: 'select float32: many elements',
    message: wrongElement,
  },
  'cast: elements beyond 65,536 are left out': {
    breaks: shortened('cast', 65_536),
    check: 'cast float32 to int32: many elements',
    message: wrongElement,
  },
  'fill: elements beyond 65,536 are left out': {
    breaks: shortened('fill', 65_536),
    check: 'fill float32: many elements',
    message: wrongElement,
  },
  'concat: elements beyond 65,536 are left out': {
    breaks: shortened('concat', 65_536),
    check: 'concat float32 along 0: many elements',
    message: wrongElement,
  },
  'transpose: elements beyond 65,536 are left out': {
    breaks: shortened('transpose', 65_536),
    check: 'transpose float32: many elements',
    message: wrongElement,
  },
  'upload: elements beyond 65,536 are left out': {
    breaks: (right) => ({ upload: (data, dtype) => upTo(65_536, right.upload(data, dtype)) }),
    check: 'upload float32: many elements',
    message: wrongElement,
  },
  'a sum of the first 4,096 elements alone': {
    breaks: (right) => ({
      reduce: (kind, x, axes) =>
        kind === 'sum' && axes.length === x.shape.length
          ? right.reduce(kind, { ...x, storage: upTo(4096, x.storage) }, axes)
          : right.reduce(kind, x, axes),
    }),
    check: 'reduce sum float32 of all: many elements',
    message: wrongElement,
  },
  'a sum in one float32': {
    breaks: (right) => ({
      reduce(kind, x, axes) {
        if (kind !== 'sum' || x.dtype !== 'float32' || axes.length !== x.shape.length)
          return right.reduce(kind, x, axes);
        let sum = 0;
        for (const value of x.storage) sum = Math.fround(sum + value);
        return Float32Array.of(sum);
      },
    }),
    check: 'reduce sum float32: the error of [66569] over [0] does not grow with the number of terms',
    message: wrongElement,
  },
  'a maximum of the first 4,096 elements alone': {
    breaks: (right) => ({
      reduce: (kind, x, axes) =>
        kind === 'max' && x.storage.length > 4096
          ? right.reduce(kind, { ...x, storage: upTo(4096, x.storage) }, axes)
          : right.reduce(kind, x, axes),
    }),
    check: 'reduce max float32 of long rows: many elements',
    message: wrongElement,
  },
  'argMax that looks at 1,000 elements': {
    breaks: (right) => ({
      argReduce(kind, x, axis) {
        const length = x.shape[axis]!;
        const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
        const seen = x.storage.map((value, i) => (Math.floor(i / inner) % length < 1000 ? value : -Infinity));
        return right.argReduce(kind, kind === 'argMax' ? { ...x, storage: seen as DataArray } : x, axis);
      },
    }),
    check: 'argReduce argMax float32 of long rows: many elements',
    message: wrongElement,
  },
  'gather of the first 500 indices': {
    breaks: (right) => ({
      gather: (x, indices, axis) => right.gather(x, { ...indices, storage: upTo(500, indices.storage) }, axis),
    }),
    check: 'gather float32 along 0: many elements',
    message: wrongElement,
  },
  'scatterAdd of the first 500 indices': {
    breaks: (right) => ({
      scatterAdd: (updates, indices, axis, size) =>
        right.scatterAdd(updates, { ...indices, storage: upTo(500, indices.storage) }, axis, size),
    }),
    check: 'scatterAdd float32 along 0: many elements',
    message: wrongElement,
  },
  'a running sum that begins anew after 1,024 elements': {
    breaks: (right) => ({
      cumulativeSum: (x, axis, reverse) =>
        x.shape[axis]! > 1024
          ? upTo(1024, right.cumulativeSum(x, axis, reverse))
          : right.cumulativeSum(x, axis, reverse),
    }),
    check: 'cumulativeSum float32 of [2,1031]: many elements',
    message: wrongElement,
  },
  'a product that leaves out terms beyond 4,096': {
    breaks: (right) => ({
      matMul(a, b, options) {
        const K = a.shape.at(options.transposeA ? -2 : -1)!;
        if (K <= 4096 || options.transposeA) return right.matMul(a, b, options);
        const cut = a.storage.map((value, i) => (i % K < 4096 ? value : 0)) as DataArray;
        return right.matMul({ ...a, storage: cut }, b, options);
      },
    }),
    check: 'matMul float32: many elements',
    message: wrongElement,
  },
  'slice that knows no step beyond 2': {
    breaks: (right) => ({
      slice: (x, starts, sizes, steps) =>
        right.slice(
          x,
          starts,
          sizes,
          steps.map((step) => Math.sign(step) * Math.min(3, Math.abs(step))),
        ),
    }),
    check: 'slice float32, steps of 7 and -11: many elements',
    message: wrongElement,
  },
  'pad that knows no step beyond 3': {
    breaks: (right) => ({
      pad: (x, shape, starts, steps, value) =>
        right.pad(
          x,
          shape,
          starts,
          steps.map((step) => Math.sign(step) * Math.min(3, Math.abs(step))),
          value,
        ),
    }),
    check: 'pad float32, steps of 5 and -3: many elements',
    message: wrongElement,
  },
  ...Object.fromEntries(
    (['unary', 'reduce', 'slice', 'transpose', 'concat', 'cumulativeSum'] as const).flatMap((method) =>
      [5, 6].map((rank) => [
        `${method} of ${rank} axes`,
        { breaks: wrongFromRank(method, rank), check: `${method} float32: five to seven axes`, message: wrongElement },
      ]),
    ),
  ),
  'a whole slice of rank 3 that is its operand': {
    breaks: (right) => ({
      slice: (x, starts, sizes, steps) =>
        x.shape.length === 3 && isWhole(x, sizes) && steps.every((step) => step === 1)
          ? x.storage
          : right.slice(x, starts, sizes, steps),
    }),
    check: 'slice: a result equal to its operand is a copy',
    message: wrongElement,
  },
  'a transpose by nothing of rank 3 that is its operand': {
    breaks: (right) => ({
      transpose: (x, permutation) =>
        x.shape.length === 3 && permutation.every((axis, i) => axis === i)
          ? x.storage
          : right.transpose(x, permutation),
    }),
    check: 'transpose: a result equal to its operand is a copy',
    message: wrongElement,
  },
  'concat with nothing that is its operand': {
    breaks: (right) => ({
      concat(xs, axis) {
        const [only, ...others] = xs.filter(({ storage }) => storage.length > 0);
        return only && others.length === 0 && xs.length > 1 ? only.storage : right.concat(xs, axis);
      },
    }),
    check: 'concat of nothing more: a result equal to its operand is a copy',
    message: wrongElement,
  },
  'select of one array that is its operand': {
    breaks: (right) => ({
      select: (condition, a, b, shape) =>
        a.storage === b.storage && isWhole(a, shape) && a.shape.length === shape.length
          ? a.storage
          : right.select(condition, a, b, shape),
    }),
    check: 'select: a result equal to its operand is a copy',
    message: wrongElement,
  },
  'concat of two equal arrays of rank 3 that takes the first twice': {
    breaks: (right) => ({
      concat(xs, axis) {
        const [a, b, ...others] = xs;
        const equal = b && others.length === 0 && a!.shape.length === 3 && isWhole(a!, b.shape);
        return right.concat(equal ? [a!, a!] : xs, axis);
      },
    }),
    check: 'concat: equal arrays, and one array twice, along any axis',
    message: wrongElement,
  },
  'free that does nothing': {
    breaks(right) {
      const all: DataArray[] = [];
      return {
        fill(size, value, dtype) {
          const storage = right.fill(size, value, dtype);
          all.push(storage);
          return storage;
        },
        free: () => {},
      };
    },
    check: 'free: gives the memory back, while handles are still held',
    message: /^free: the process grew by \d+ MiB over \d+ arrays of 2 MiB, each freed before the next/,
  },
  'backward that destroys what was saved': {
    breaks: withRecurrent((right) => ({
      forward(...all) {
        const { saved, ...rest } = right.forward(...all);
        return { ...rest, saved: saved && Float32Array.of(1) };
      },
      backward(cell, inputs, saved, gradients, options) {
        const whole = saved[0] === 1;
        saved.fill(0);
        const result = right.backward(cell, inputs, saved, gradients, options);
        return whole ? result : { ...result, projected: result.projected.map(() => 0) as DataArray };
      },
    })),
    check: `${lstm}: backward, again from what was saved`,
    message: /gradient of projected .*element/,
  },
  'a sequence cut after 64 steps': {
    breaks: withRecurrent((right) => ({
      forward(cell, inputs, options) {
        const { output, ...rest } = right.forward(cell, inputs, options);
        const [, batch, width] = [0, inputs.projected.shape[1]!, inputs.states[0]!.shape[1]!];
        return { ...rest, output: upTo(64 * batch * width, output) };
      },
    })),
    check: `${lstm}: many steps and many rows`,
    message: /: output .*element/,
  },
  'a batch cut after 64 rows': {
    breaks: withRecurrent((right) => ({
      backward(cell, inputs, saved, gradients, options) {
        const { states, ...rest } = right.backward(cell, inputs, saved, gradients, options);
        return { ...rest, states: states.map((state) => upTo(64 * cell.hiddenSize, state)) };
      },
    })),
    check: `${lstm}: many steps and many rows`,
    message: /gradient of states\[0\] .*element/,
  },
  'an unknown option of forward that is ignored': {
    breaks: withRecurrent((right) => ({
      forward: (cell, inputs, { reverse, lengths, save }) => right.forward(cell, inputs, { reverse, lengths, save }),
    })),
    check: `${lstm}: forward, an unknown option is refused`,
    message: /nothing was thrown/,
  },
  'an unknown option of backward that is ignored': {
    breaks: withRecurrent((right) => ({
      forward: (cell, inputs, { reverse, lengths, save }) => right.forward(cell, inputs, { reverse, lengths, save }),
      backward: (cell, inputs, saved, gradients, { reverse, lengths }) =>
        right.backward(cell, inputs, saved, gradients, { reverse, lengths }),
    })),
    check: `${lstm}: backward, an unknown option is refused`,
    message: /nothing was thrown/,
  },
  'a cell with an unknown field that is taken': {
    breaks: withRecurrent(() => ({ supports: ({ kind }) => ['lstm', 'projectedLstm', 'gru', 'rnn'].includes(kind) })),
    check: `${lstm}: supports, a cell with an unknown field or of an unknown kind is denied`,
    message: /unheardOf.* is not false/,
  },
  'an unknown number of a step of Adam that is ignored': {
    breaks: withOptimizer((right) => ({
      adam: (operands, { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale }) =>
        right.adam(operands, { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale }),
    })),
    check: 'optimizer adam, float32: an unknown number of the step is refused',
    message: /nothing was thrown/,
  },
  'Adam that leaves out elements beyond 65,536': {
    breaks: withOptimizer((right) => ({
      adam(...all) {
        const { parameter, ...moments } = right.adam(...all);
        return { ...moments, parameter: upTo(65_536, parameter) };
      },
    })),
    check: 'optimizer adam, float32: plain',
    message: wrongElement,
  },
};
