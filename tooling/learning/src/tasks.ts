import { createDataArray, maximumOf, type Random, type TensorData } from '@sluice/core';

/** One batch of sequences with one target each, to be told after the last step. */
export interface TaskBatch {
  /** [time, batch, input] */
  readonly inputs: TensorData;
  /** [batch] class numbers, or [batch, 1] values */
  readonly targets: TensorData;
  /** Steps that count, per row. */
  readonly lengths?: Int32Array;
}

export interface Task {
  readonly name: string;
  readonly source: string;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** First bias of the LSTM's forget gates: how long it remembers before it has learnt to. */
  readonly forgetBias: number;
  readonly maxSteps: number;
  readonly testSize: number;
  readonly kind: 'classes' | 'values';
  make(random: Random, count: number): TaskBatch;
  /** What the test set says, and whether that is enough. */
  readonly goal: { readonly text: string; readonly reached: (error: number) => boolean };
  /** The kinds of layer that must reach the goal, and those that must not. */
  readonly mustSolve: readonly LayerKind[];
  readonly mustFail: readonly LayerKind[];
}

export type LayerKind = 'RNN' | 'LSTM' | 'GRU';
export const layerKinds: readonly LayerKind[] = ['RNN', 'LSTM', 'GRU'];

/** The target is how many of five random bits are 1. */
const sumOfBits: Task = {
  name: 'sum of 5 bits',
  source:
    'the end-to-end test of PyTorch (hidden 32, 2 layers, batch 16, Adam 0.01, loss under 0.01 within 1500 steps)',
  inputSize: 1,
  outputSize: 1,
  hiddenSize: 32,
  layers: 2,
  batchSize: 16,
  learningRate: 0.01,
  forgetBias: 1,
  maxSteps: 1500,
  testSize: 256,
  kind: 'values',
  goal: { text: 'MSE < 0.01', reached: (error) => error < 0.01 },
  mustSolve: ['RNN', 'LSTM', 'GRU'],
  mustFail: [],
  make(random, count) {
    const time = 5;
    const inputs = createDataArray('float32', time * count);
    const targets = createDataArray('float32', count);
    for (let i = 0; i < inputs.length; i++) {
      const bit = random.integer(0, 2);
      inputs[i] = bit;
      targets[i % count] = (targets[i % count] as number) + bit;
    }
    return {
      inputs: { dtype: 'float32', shape: [time, count, 1], data: inputs },
      targets: { dtype: 'float32', shape: [count, 1], data: targets },
    };
  },
};

/** E a..d* X|Y a..d* X|Y a..d* B: the order of the two X or Y, at steps 10-20 and 50-60 of 100-110, gives one of four classes. */
const temporalOrder: Task = {
  name: 'temporal order 6a',
  source: 'Hochreiter & Schmidhuber 1997, section 5.6 (there: 1 of 2560 wrong after 31,390 sequences)',
  inputSize: 8,
  outputSize: 4,
  hiddenSize: 24,
  layers: 1,
  batchSize: 32,
  // At 0.01 the LSTM stays at chance with seed 0; at this rate it solves the task with seeds 0 and 1.
  learningRate: 0.003,
  forgetBias: 4,
  // Rounding decides how long it stays at chance: 850 to 3,900 steps have been seen.
  maxSteps: 8000,
  testSize: 2560,
  kind: 'classes',
  goal: { text: '<= 2 of 2560 wrong', reached: (error) => error <= 2 / 2560 },
  mustSolve: ['LSTM'],
  mustFail: ['RNN'],
  make(random, count) {
    const [symbolE, symbolB, symbolX, symbolA] = [0, 1, 2, 4];
    const lengths = Int32Array.from({ length: count }, () => random.integer(100, 111));
    const time = maximumOf(lengths);
    const inputs = createDataArray('float32', time * count * 8);
    const targets = createDataArray('int32', count);
    const put = (step: number, row: number, symbol: number) => {
      inputs[(step * count + row) * 8 + symbol] = 1;
    };
    lengths.forEach((length, row) => {
      const [first, second] = [random.integer(10, 21), random.integer(50, 61)];
      const [a, b] = [random.integer(0, 2), random.integer(0, 2)];
      targets[row] = 2 * a + b;
      for (let step = 0; step < length; step++) {
        if (step === 0) put(step, row, symbolE);
        else if (step === length - 1) put(step, row, symbolB);
        else if (step === first) put(step, row, symbolX + a);
        else if (step === second) put(step, row, symbolX + b);
        else put(step, row, symbolA + random.integer(0, 4));
      }
    });
    return {
      inputs: { dtype: 'float32', shape: [time, count, 8], data: inputs },
      targets: { dtype: 'int32', shape: [count], data: targets },
      lengths,
    };
  },
};

/** Numbers from [0, 1) with a marker at one of the first half and one of the second: the target is the sum of those two. */
const adding: Task = {
  name: 'adding, T = 100',
  source:
    'Hochreiter & Schmidhuber 1997, section 5.4, in the form of Le et al. 2015; predicting the mean has MSE 0.167',
  inputSize: 2,
  outputSize: 1,
  hiddenSize: 32,
  layers: 1,
  batchSize: 32,
  learningRate: 0.01,
  forgetBias: 1,
  maxSteps: 3000,
  testSize: 1000,
  kind: 'values',
  goal: { text: 'MSE < 0.01', reached: (error) => error < 0.01 },
  mustSolve: ['LSTM', 'GRU'],
  mustFail: ['RNN'],
  make(random, count) {
    const time = 100;
    const inputs = createDataArray('float32', time * count * 2);
    const targets = createDataArray('float32', count);
    for (let row = 0; row < count; row++) {
      const marks = [random.integer(0, time / 2), random.integer(time / 2, time)];
      for (let step = 0; step < time; step++) {
        const at = (step * count + row) * 2;
        inputs[at] = random.next();
        if (marks.includes(step)) {
          inputs[at + 1] = 1;
          targets[row] = (targets[row] as number) + inputs[at];
        }
      }
    }
    return {
      inputs: { dtype: 'float32', shape: [time, count, 2], data: inputs },
      targets: { dtype: 'float32', shape: [count, 1], data: targets },
    };
  },
};

export const tasks: readonly Task[] = [sumOfBits, temporalOrder, adding];
