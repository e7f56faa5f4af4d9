import { join } from 'node:path';
import { runQuietly } from '../setup/child.mjs';
import { environment, root } from '../setup/prepare.mjs';
import { lineBudget } from './budget.mjs';
import { checkPublished } from './published.mjs';
import { runChecks } from './schedule.mjs';

/** Runs the command of a package in node_modules with this Node. */
function tool(/** @type {string} */ path, /** @type {string[]} */ args = [], folder = root) {
  const command = join(folder, 'node_modules', path);
  return () => runQuietly(process.execPath, [command, ...args], { cwd: folder, env: environment });
}

async function budget() {
  const { table, problems } = lineBudget();
  return { exitCode: problems.length > 0 ? 1 : 0, output: problems.join('\n'), note: table };
}

/** @type {import('./schedule.mjs').Check[]} */
const checks = [
  {
    name: 'types',
    about: 'tsc over all sources, tests and tooling',
    run: tool('typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']),
  },
  {
    name: 'build',
    about: 'tsup for every package and app, through turbo',
    run: tool('turbo/bin/turbo', ['run', 'build', '--output-logs=errors-only']),
  },
  {
    name: 'format',
    about: 'biome: format and lint; npm run format mends what it can',
    run: tool('@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', '--colors=off']),
  },
  {
    name: 'rules',
    about: 'eslint: the rules that need types, and the length of files',
    run: tool('eslint/bin/eslint.js', ['.']),
  },
  {
    name: 'layers',
    about: 'dependency-cruiser: who may import whom',
    run: tool('dependency-cruiser/bin/dependency-cruise.mjs', [
      '--config',
      'tooling/check/layers.config.mjs',
      '--output-type',
      'err-long',
      'packages',
      'apps',
      'tooling',
    ]),
  },
  { name: 'unused', about: 'knip: files, exports and dependencies that nothing uses', run: tool('knip/bin/knip.js') },
  { name: 'lines', about: 'lines per package; a file has 400 at the most', run: budget },
  {
    name: 'packages',
    about: 'publint and attw on the tarball of every published package',
    after: ['build'],
    run: checkPublished,
  },
  {
    name: 'size',
    about: 'size-limit on bundles of the built packages',
    after: ['build'],
    run: tool('size-limit/bin.js', [], join(root, 'tooling/size')),
  },
];

const help = `Usage: npm run check -- [NAME...]

Runs every check, or those named and what they need. The output of a check is shown only if it fails.

Checks:
${checks.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}

Options:
  -h, --help   show this text
`;

const names = process.argv.slice(2);
const unknown = names.find((name) => !checks.some((check) => check.name === name));
if (names.includes('--help') || names.includes('-h')) {
  console.log(help);
} else if (unknown !== undefined) {
  console.error(`Unknown check "${unknown}".\n\n${help}`);
  process.exitCode = 2;
} else {
  const failed = await runChecks(checks, names, console.log);
  process.exitCode = failed > 0 ? 1 : 0;
}
