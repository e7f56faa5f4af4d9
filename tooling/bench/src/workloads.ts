export const modes = ['inference', 'training'] as const;

/** `inference`: the outputs of one batch, read back. `training`: forward, backward and an Adam step, the loss read back. */
export type Mode = (typeof modes)[number];

/** A stack of LSTM layers with a linear head on every time step. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly hidden: number;
  readonly layers: number;
  /** Outputs of the head. */
  readonly output: number;
  readonly loss: 'meanSquaredError' | 'crossEntropy';
}

/** From few operations to many, so that the time of the later ones can be told from the earlier ones. */
export const workloads: readonly Workload[] = [
  {
    name: 'stream',
    about: 'one step of one sequence',
    ...{ batch: 1, time: 1, input: 256, hidden: 256, layers: 1, output: 1, loss: 'meanSquaredError' },
  },
  {
    name: 'forecast',
    about: 'a small time series model',
    ...{ batch: 32, time: 96, input: 8, hidden: 64, layers: 1, output: 1, loss: 'meanSquaredError' },
  },
  {
    name: 'char128',
    about: 'a character model',
    ...{ batch: 50, time: 50, input: 128, hidden: 128, layers: 2, output: 128, loss: 'crossEntropy' },
  },
  {
    name: 'long',
    about: 'a thousand steps',
    ...{ batch: 16, time: 1000, input: 32, hidden: 128, layers: 1, output: 1, loss: 'meanSquaredError' },
  },
  {
    name: 'char512',
    about: 'a large character model',
    ...{ batch: 50, time: 50, input: 512, hidden: 512, layers: 2, output: 512, loss: 'crossEntropy' },
  },
];

/** What the GPU is measured with. */
export const gpuWorkloads: readonly Workload[] = [
  {
    name: 'gpu',
    about: 'a short sequence',
    ...{ batch: 32, time: 20, input: 64, hidden: 128, layers: 1, output: 1, loss: 'meanSquaredError' },
  },
];

/** Shapes that take no time, to see that everything runs. */
export const tinyWorkloads: readonly Workload[] = [
  {
    name: 'tiny',
    about: 'a regression',
    ...{ batch: 2, time: 3, input: 5, hidden: 6, layers: 1, output: 1, loss: 'meanSquaredError' },
  },
  {
    name: 'tiny2',
    about: 'a classification',
    ...{ batch: 3, time: 2, input: 7, hidden: 9, layers: 2, output: 7, loss: 'crossEntropy' },
  },
];

/**
 * Floating point operations of the matrix products of one run. Training adds the gradient of every weight, and of every layer's input but the
 * first's: what the gradients of all parameters take, and no more.
 */
export function operationsOf(workload: Workload, mode: Mode): number {
  const { batch, time, input, hidden, layers, output } = workload;
  const lstm = 4 * hidden * (input + hidden) + (layers - 1) * 4 * hidden * 2 * hidden;
  const forward = lstm + hidden * output;
  const weights = mode === 'training' ? forward : 0;
  const inputs = mode === 'training' ? forward - 4 * hidden * input : 0;
  return 2 * batch * time * (forward + weights + inputs);
}

/** The sizes in one line, e.g. `B32 T96 I8 H64 L1`. */
export function sizesOf({ batch, time, input, hidden, layers, output }: Workload): string {
  return `B${batch} T${time} I${input} H${hidden} L${layers} O${output}`;
}
