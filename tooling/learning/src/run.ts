import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device } from '@sluice/core';
import { checkErrorCarousel } from '@sluice/layers';
import { learn, type Outcome } from './learn.ts';
import { layerKinds, tasks } from './tasks.ts';

/** The backends by name, in Node and in pages. */
export const backends: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  js: () => createJsBackend(),
  wasm: () => createWasmBackend(),
  'wasm, 2 threads': () => createWasmBackend({ threads: 2, threadThreshold: 0 }),
};

/** What to learn, by names, so that a page can be told. */
export interface Request {
  readonly seed: number;
  readonly tasks: readonly string[];
  readonly backends: readonly string[];
}

export interface Output {
  /** Takes a line of the report. */
  readonly print: (line: string) => void;
  /** Takes how far a training is; empty at its end. */
  readonly progress: (text: string) => void;
}

/** Trains every kind of layer on every task and backend. @returns how many did not do what they must */
export async function run(request: Request, { print, progress }: Output): Promise<number> {
  const used = request.backends.map((name) => [name, backends[name] as () => Backend | Promise<Backend>] as const);
  let failed = 0;
  let passed = 0;
  for (const [name, create] of used) {
    using device = new Device(await create());
    print(`backend ${name}: ${JSON.stringify(device.backend.info)}`);
    const { output, gradient } = await checkErrorCarousel(device);
    print(`a pulse of 1 is ${output} after 1,000 steps, its gradient ${gradient}: as at the first step`);
    passed++;
  }
  for (const task of tasks.filter(({ name }) => request.tasks.includes(name))) {
    print(`\n${task.name}: ${task.source}`);
    print(`hidden ${task.hiddenSize}, layers ${task.layers}, batch ${task.batchSize}, Adam ${task.learningRate}`);
    print(row(['backend', 'task', 'layer', 'parameters', 'step', 'steps to solve', 'test error']));
    for (const [name, create] of used) {
      for (const kind of layerKinds) {
        const outcome = await learn(create, task, kind, request.seed, progress);
        progress('');
        print(tell(name, outcome));
        if (outcome.expected) passed++;
        else failed++;
      }
    }
    print(`solved means ${task.goal.text} on ${task.testSize} test sequences; checked every 50 steps`);
  }
  print(`\n${passed} passed, ${failed} failed`);
  return failed;
}

function row(cells: readonly string[]): string {
  const widths = [16, 20, 6, 11, 10, 16, 12];
  return cells
    .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
    .join('');
}

function tell(backend: string, outcome: Outcome): string {
  const { task, kind, parameters, stepTime, steps, error, expected } = outcome;
  const figures = [String(parameters), `${stepTime.toFixed(1)} ms`, steps ? String(steps) : 'not solved'];
  return `${row([backend, task, kind, ...figures, error.toPrecision(3)])}${expected ? '' : '   FAILED'}`;
}
