import { parseArgs } from 'node:util';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device } from '@sluice/core';
import { checkErrorCarousel } from '@sluice/layers';
import { learn, type Outcome } from './learn.ts';
import { layerKinds, type Task, tasks } from './tasks.ts';

const help = `Trains RNN, LSTM and GRU of one size on tasks with known results, on every backend.

Usage: npm run test:learning -- [options]

  --task <text>  only tasks whose name contains the text
  --seed <n>     seed of weights and data, default 1
  --backend <b>  js or wasm, default both
  --help         this text

Prints a table and fails when a layer that must solve a task does not, or one that must fail does not fail.`;

const backends: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  js: () => createJsBackend(),
  wasm: () => createWasmBackend(),
};

function row(cells: readonly string[]): string {
  const widths = [8, 20, 6, 11, 10, 16, 12];
  return cells
    .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
    .join('');
}

function tell(backend: string, outcome: Outcome): string {
  const { task, kind, parameters, stepTime, steps, error, expected } = outcome;
  const figures = [String(parameters), `${stepTime.toFixed(1)} ms`, steps ? String(steps) : 'not solved'];
  return `${row([backend, task, kind, ...figures, error.toPrecision(3)])}${expected ? '' : '   FAILED'}`;
}

interface Request {
  readonly help: boolean;
  readonly seed: number;
  readonly chosen: readonly Task[];
  readonly used: readonly [name: string, create: () => Backend | Promise<Backend>][];
}

/** @throws Error with a message for the user */
function parse(args: string[]): Request {
  const { values } = parseArgs({
    args,
    options: {
      task: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      backend: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  if (values.seed.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`--seed is "${values.seed}", expected a whole number of at least 0.`);
  }
  const chosen = tasks.filter((task) => task.name.includes(values.task));
  if (chosen.length === 0) {
    throw new Error(
      `--task is "${values.task}", expected a part of one of: ${tasks.map(({ name }) => name).join('; ')}.`,
    );
  }
  const used = Object.entries(backends).filter(([name]) => values.backend === '' || values.backend === name);
  if (used.length === 0) {
    throw new Error(`--backend is "${values.backend}", expected one of: ${Object.keys(backends).join(', ')}.`);
  }
  return { help: values.help, seed, chosen, used };
}

async function main(args: string[]): Promise<number> {
  let request: Request;
  try {
    request = parse(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    return 2;
  }
  const { seed, chosen, used } = request;
  if (request.help) {
    console.log(help);
    return 0;
  }
  const terminal = process.stderr.isTTY;
  const progress = (text: string) => {
    if (terminal) process.stderr.write(`\r\x1b[K${text}`);
  };
  let failed = 0;
  let passed = 0;
  for (const [name, create] of used) {
    using device = new Device(await create());
    console.log(`backend ${name}: ${JSON.stringify(device.backend.info)}`);
    const { output, gradient } = await checkErrorCarousel(device);
    console.log(`a pulse of 1 is ${output} after 1,000 steps, its gradient ${gradient}: as at the first step`);
    passed++;
  }
  for (const task of chosen) {
    console.log(`\n${task.name}: ${task.source}`);
    console.log(`hidden ${task.hiddenSize}, layers ${task.layers}, batch ${task.batchSize}, Adam ${task.learningRate}`);
    console.log(row(['backend', 'task', 'layer', 'parameters', 'step', 'steps to solve', 'test error']));
    for (const [name, create] of used) {
      for (const kind of layerKinds) {
        const outcome = await learn(create, task, kind, seed, progress);
        if (terminal) process.stderr.write('\r\x1b[K');
        console.log(tell(name, outcome));
        if (outcome.expected) passed++;
        else failed++;
      }
    }
    console.log(`solved means ${task.goal.text} on ${task.testSize} test sequences; checked every 50 steps`);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
