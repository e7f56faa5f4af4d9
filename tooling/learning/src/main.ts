import { parseArgs } from 'node:util';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device } from '@sluice/core';
import { checkErrorCarousel } from '@sluice/layers';
import { learn, type Outcome } from './learn.ts';
import { layerKinds, tasks } from './tasks.ts';

const help = `Trains RNN, LSTM and GRU of one size on tasks with known results, on every backend.

Usage: pnpm test:learning [options]

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

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      task: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      backend: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const seed = Number(values.seed);
  const chosen = tasks.filter((task) => task.name.includes(values.task));
  const used = Object.entries(backends).filter(([name]) => (values.backend ?? name) === name);
  if (chosen.length === 0 || used.length === 0 || !Number.isSafeInteger(seed) || seed < 0) {
    console.error(
      `Nothing to do for --task "${values.task}" --seed "${values.seed}" --backend "${values.backend ?? ''}".\n\n${help}`,
    );
    return 2;
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

process.exitCode = await main();
