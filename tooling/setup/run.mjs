#!/usr/bin/env node
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { provideGl } from './gl.mjs';
import { packCommand } from './pack.mjs';
import { build, checkNode, environment, install, root, SetupError, turbo } from './prepare.mjs';
import { provideForTests } from './test-needs.mjs';

const help = `Usage: node tooling/setup/run.mjs COMMAND [ARGUMENT...]

Sets up the checkout as far as COMMAND needs it, then runs COMMAND. A fresh machine needs git, Node and npm.

Commands (each also as a script of package.json: npm run COMMAND -- ARGUMENT...):
  start      build and run the sample app char-lm; try: npm start -- --help
  test       run all tests, or those whose file path contains an ARGUMENT: npm test -- packages/core
  check      run every check but the tests, or those named; see: npm run check -- --help
  build      build every package and app into its dist folder
  pack       pack packages to install them in a project of your own: npm run pack -- --help
  golden     compare with reference values: golden [FILE]
  learning   train small tasks to their known results (npm run test:learning -- --help)
  bench      compare speed with other libraries

Options:
  -h, --help   show this text
`;

/** @typedef {(args: string[]) => Promise<number>} Command */

// npm and pnpm run a script in its package's folder and name the user's own folder in INIT_CWD.
const userFolder = process.env.INIT_CWD ?? process.cwd();

function node(/** @type {string[]} */ args, cwd = root) {
  return runChild(process.execPath, args, { cwd, env: environment });
}

/** Runs TypeScript as it stands, with no build. */
function source(/** @type {string} */ file) {
  const tsx = import.meta.resolve('tsx');
  return (/** @type {string[]} */ args) =>
    node(['--conditions=@sluice/source', `--import=${tsx}`, join(root, file), ...args], userFolder);
}

/** @type {Record<string, () => Promise<Command>>} */
const commands = {
  async start() {
    await build('char-lm');
    return async (args) => {
      if (args.some((argument) => /^(--backend=)?gpujs$/.test(argument))) await provideGl();
      return node([join(root, 'apps/char-lm/dist/cli.js'), ...args], userFolder);
    };
  },
  test: async () => async (args) => {
    await provideForTests(args);
    return node([join(root, 'tooling/vitest/run.mjs'), ...args]);
  },
  check: async () => (args) => node([join(root, 'tooling/check/run.mjs'), ...args]),
  build: async () => (args) => node([turbo, 'run', 'build', '--output-logs=new-only', ...args]),
  pack: async () => (args) => packCommand(args, userFolder, build),
  golden: async () => source('tooling/golden/src/main.ts'),
  learning: async () => source('tooling/learning/src/main.ts'),
  async bench() {
    // Its participants run the built packages, as users do: what runs TypeScript as it stands makes closures slower.
    await build('tooling-bench');
    return source('tooling/bench/src/main.ts');
  },
};

async function main(/** @type {string[]} */ [name = '--help', ...args]) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const asked = name === '--help' || name === '-h';
    (asked ? process.stdout : process.stderr).write(asked ? help : `Unknown command "${name}".\n\n${help}`);
    return asked ? 0 : 2;
  }
  checkNode();
  await install();
  const run = await command();
  return run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
