import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { runQuietly } from '../../setup/child.mjs';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const bench = (...args: string[]) =>
  runQuietly(process.execPath, ['--conditions=@sluice/source', `--import=${tsx}`, main, ...args]);

it('--help tells the commands', async () => {
  const { exitCode, output } = await bench('--help');
  expect(output).toContain('Usage: npm run bench -- [options]');
  expect(exitCode).toBe(0);
});

it.each([
  [['--quik'], "Unknown option '--quik'"],
  [['--only'], "Option '--only <value>' argument missing"],
  [['fast'], "Unexpected argument 'fast'"],
  [['--write', '--quick'], '--write is for a run of everything'],
  [['--profile', '--gpu'], '--profile is not for --gpu.'],
  [['--profile', '--write', '--only', 'long'], '--write is for a run of everything'],
  [['--profile', '--with', 'nobody'], 'No participant has a name with "nobody".'],
  [['--only', 'nothing'], 'No workload has a name with "nothing".'],
  [['--with', 'nobody'], 'No participant has a name with "nobody".'],
])('%j is answered with the help, and no stack', async (args, problem) => {
  const { exitCode, output } = await bench(...args);
  expect(output).toContain(problem);
  expect(output).toContain('Usage: npm run bench -- [options]');
  expect(output).not.toContain('    at ');
  expect(exitCode).toBe(2);
});
