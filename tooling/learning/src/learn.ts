import { argMax, cast, mean, notEqual, square, subtract, valueAndGrad } from '@sluice/autograd';
import { type Backend, Device, Random, type Tensor } from '@sluice/core';
import { Adam, clipByGlobalNorm, crossEntropy, meanSquaredError } from '@sluice/training';
import { Recognizer } from './recognizer.ts';
import type { LayerKind, Task, TaskBatch } from './tasks.ts';

export interface Outcome {
  readonly task: string;
  readonly kind: LayerKind;
  readonly parameters: number;
  /** Milliseconds of one training step, median. */
  readonly stepTime: number;
  /** Training steps until the goal was reached on the test set; `undefined` if it was not within the limit. */
  readonly steps: number | undefined;
  /** Share of wrong classes or mean squared error on the test set, at the end. */
  readonly error: number;
  /** Whether that is what this kind of layer must do on this task. */
  readonly expected: boolean;
}

const evaluateEvery = 50;

/** Trains one kind of layer on one task until the goal is reached or the limit of steps. */
export async function learn(
  create: () => Backend | Promise<Backend>,
  task: Task,
  kind: LayerKind,
  seed: number,
  progress: (text: string) => void,
): Promise<Outcome> {
  using device = new Device(await create(), { seed });
  const random = new Random(seed).fork(task.name);
  using model = new Recognizer(device, kind, task);
  const optimizer = new Adam(model.parameters(), { learningRate: task.learningRate });
  const test = task.make(random.fork('test'), task.testSize);
  const training = random.fork('training');
  const times: number[] = [];
  let error = Number.POSITIVE_INFINITY;
  let steps: number | undefined;
  for (let step = 1; step <= task.maxSteps && steps === undefined; step++) {
    const batch = task.make(training, task.batchSize);
    const start = performance.now();
    const { value, gradients } = valueAndGrad(() => loss(device, model, task, batch), model.parameters());
    device.scope(() => void optimizer.step(clipByGlobalNorm(gradients, 1).gradients));
    await value.item();
    times.push(performance.now() - start);
    value.dispose();
    for (const gradient of gradients.values()) gradient.dispose();
    if (step % evaluateEvery === 0 || step === task.maxSteps) {
      error = await evaluate(device, model, task, test);
      progress(`${task.name}, ${kind}: step ${step} of at most ${task.maxSteps}, test error ${error.toPrecision(3)}`);
      if (task.goal.reached(error)) steps = step;
    }
  }
  const parameters = [...model.parameters().values()].reduce((total, parameter) => total + parameter.size, 0);
  const solved = steps !== undefined;
  // A layer that computes NaN has not failed at the task.
  const expected = Number.isFinite(error) && !(solved ? task.mustFail : task.mustSolve).includes(kind);
  return { task: task.name, kind, parameters, stepTime: median(times), steps, error, expected };
}

function loss(device: Device, model: Recognizer, task: Task, batch: TaskBatch): Tensor {
  const predicted = model.call(device.tensor(batch.inputs), batch.lengths);
  const targets = device.tensor(batch.targets);
  return task.kind === 'classes' ? crossEntropy(predicted, targets) : meanSquaredError(predicted, targets);
}

async function evaluate(device: Device, model: Recognizer, task: Task, test: TaskBatch): Promise<number> {
  const error = device.scope(() => {
    const predicted = model.call(device.tensor(test.inputs), test.lengths);
    const targets = device.tensor(test.targets);
    if (task.kind === 'values') return mean(square(subtract(predicted, targets)));
    return mean(cast(notEqual(argMax(predicted, 1), targets), predicted.dtype));
  });
  const value = await error.item();
  error.dispose();
  return value;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
