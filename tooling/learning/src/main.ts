import { parseArgs } from 'node:util';
import { runInChromium } from './chromium.ts';
import { backends, type Output, type Request, run } from './run.ts';
import { tasks } from './tasks.ts';

const help = `Trains RNN, LSTM and GRU of one size on tasks with known results, on every backend.

Usage: npm run test:learning -- [options]

  --task <text>  only tasks whose name contains the text
  --seed <n>     seed of weights and data, default 1
  --backend <b>  one of ${Object.keys(backends).join('; ')}; default all
  --browser      in a headless Chromium instead of Node
  --help         this text

Prints a table and fails when a layer that must solve a task does not, or one that must fail does not fail.`;

/** @throws Error with a message for the user */
function parse(args: string[]): { help: boolean; browser: boolean; request: Request } {
  const { values } = parseArgs({
    args,
    options: {
      task: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      backend: { type: 'string', default: '' },
      browser: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  if (values.seed.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`--seed is "${values.seed}", expected a whole number of at least 0.`);
  }
  const chosen = tasks.map(({ name }) => name).filter((name) => name.includes(values.task));
  if (chosen.length === 0) {
    throw new Error(
      `--task is "${values.task}", expected a part of one of: ${tasks.map(({ name }) => name).join('; ')}.`,
    );
  }
  const used = Object.keys(backends).filter((name) => values.backend === '' || values.backend === name);
  if (used.length === 0) {
    throw new Error(`--backend is "${values.backend}", expected one of: ${Object.keys(backends).join(', ')}.`);
  }
  return { help: values.help, browser: values.browser, request: { seed, tasks: chosen, backends: used } };
}

async function main(args: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    return 2;
  }
  if (parsed.help) {
    console.log(help);
    return 0;
  }
  const terminal = process.stderr.isTTY;
  const output: Output = {
    print: (line) => console.log(line),
    progress: (text) => void (terminal && process.stderr.write(`\r\x1b[K${text}`)),
  };
  const failed = await (parsed.browser ? runInChromium : run)(parsed.request, output);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
