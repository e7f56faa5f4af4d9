export const modes = ['inference', 'training'] as const;

/** `inference`: the outputs of one batch, read back. `training`: forward, backward and an Adam step, the loss read back. */
export type Mode = (typeof modes)[number];

/** A stack of LSTM layers with a linear head on every time step, or on the last. */
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
  /** Steps that the head looks at. Of the last one alone, gradients vanish on their way to the first: the numbers get as small as they can. */
  readonly head: 'every step' | 'last step';
}

const everyStep = { head: 'every step' } as const;

/** From few operations to many, so that the time of the later ones can be told from the earlier ones. */
export const workloads: readonly Workload[] = [
  {
    name: 'stream',
    about: 'one step of one sequence',
    ...{ batch: 1, time: 1, input: 256, hidden: 256, layers: 1, output: 1, loss: 'meanSquaredError', ...everyStep },
  },
  {
    name: 'forecast',
    about: 'a small time series model',
    ...{ batch: 32, time: 96, input: 8, hidden: 64, layers: 1, output: 1, loss: 'meanSquaredError', ...everyStep },
  },
  {
    name: 'char128',
    about: 'a character model',
    ...{ batch: 50, time: 50, input: 128, hidden: 128, layers: 2, output: 128, loss: 'crossEntropy', ...everyStep },
  },
  {
    name: 'last state',
    about: 'a pixel at a time',
    ...{ batch: 64, time: 196, input: 1, hidden: 64, layers: 1, output: 10, loss: 'crossEntropy', head: 'last step' },
  },
  {
    name: 'long',
    about: 'a thousand steps',
    ...{ batch: 16, time: 1000, input: 32, hidden: 128, layers: 1, output: 1, loss: 'meanSquaredError', ...everyStep },
  },
  {
    name: 'char512',
    about: 'a large character model',
    ...{ batch: 50, time: 50, input: 512, hidden: 512, layers: 2, output: 512, loss: 'crossEntropy', ...everyStep },
  },
];

/** What the GPU is measured with. */
export const gpuWorkloads: readonly Workload[] = [
  {
    name: 'gpu',
    about: 'a short sequence',
    ...{ batch: 32, time: 20, input: 64, hidden: 128, layers: 1, output: 1, loss: 'meanSquaredError', ...everyStep },
  },
];

/** Shapes that take no time, to see that everything runs. */
export const tinyWorkloads: readonly Workload[] = [
  {
    name: 'tiny',
    about: 'a regression',
    ...{ batch: 2, time: 3, input: 5, hidden: 6, layers: 1, output: 1, loss: 'meanSquaredError', ...everyStep },
  },
  {
    name: 'tiny last state',
    about: 'a regression of the last state',
    ...{ batch: 2, time: 4, input: 1, hidden: 6, layers: 1, output: 1, loss: 'meanSquaredError', head: 'last step' },
  },
  {
    name: 'tiny2',
    about: 'a classification',
    ...{ batch: 3, time: 2, input: 7, hidden: 9, layers: 2, output: 7, loss: 'crossEntropy', ...everyStep },
  },
];

/**
 * Floating point operations of the matrix products of one run. Training adds the gradient of every weight, and of every layer's input but the
 * first's: what the gradients of all parameters take, and no more.
 */
export function operationsOf(workload: Workload, mode: Mode): number {
  const { batch, time, input, hidden, layers, output, head } = workload;
  const lstm = 4 * hidden * (input + hidden) + (layers - 1) * 4 * hidden * 2 * hidden;
  const forward = time * lstm + (head === 'last step' ? 1 : time) * hidden * output;
  const weights = mode === 'training' ? forward : 0;
  const inputs = mode === 'training' ? forward - time * 4 * hidden * input : 0;
  return 2 * batch * (forward + weights + inputs);
}

/** The sizes in one line, e.g. `B32 T96 I8 H64 L1`. */
export function sizesOf({ batch, time, input, hidden, layers, output }: Workload): string {
  return `B${batch} T${time} I${input} H${hidden} L${layers} O${output}`;
}
