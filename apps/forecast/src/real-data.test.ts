import { expect, test } from 'vitest';
import { loadElectricity } from './data/electricity.ts';
import { AppError } from './errors.ts';
import { makeFolder, runHere } from './testing/support.ts';

const folder = makeFolder();
const tiny = ['--hidden', '4', '--epochs', '1'];
/** Its data do not come with the app. */
const electricity = await loadElectricity().catch((error: unknown) => {
  if (!(error instanceof AppError)) throw error;
});

/** The figures in a line of a table, without their units. */
function figuresOf(text: string, name: string): number[] {
  const [line = ''] = text.match(new RegExp(`^${name} {2,}.*$`, 'm')) ?? [];
  return Array.from(line.slice(name.length).matchAll(/[\d.]+/g), Number);
}

test('prices: a tiny model is about a random walk, and says so', async () => {
  const { stdout, stderr } = await runHere(['train', '--dataset', 'stocks', ...tiny, '--out', 'stocks'], folder);
  expect(stderr).toBe('');
  const [model, persistence, seasonal, drift] = figuresOf(stdout, 'MAPE, step 1');
  expect([persistence, seasonal, drift]).toEqual([0.729, 1.598, 0.728]);
  expect(model! / persistence!).toBeGreaterThan(0.95);
  expect(model! / persistence!).toBeLessThan(1.1);
  expect(stdout).toContain('One step ahead it does not clearly beat persistence');
  expect(stdout).toContain('Forecasts from 766 origins');
});

test('a backtest of real data measures all of their second half', async () => {
  const { stdout, stderr } = await runHere(['backtest', '--dataset', 'co2', '--folds', '2', ...tiny], folder);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Mauna Loa: CO2 of the month: 2 trainings\.$/m);
  // 185 months each, less those whose twelfth would be in the next part.
  expect(stdout).toContain('Forecasts from 348 origins');
  const [model, persistence, , drift] = figuresOf(stdout, 'MAE, steps 1-12');
  expect(model).toBeLessThan(Math.min(persistence!, drift!));
});

test.skipIf(!electricity)('a tiny model of electricity demand beats the last week', async () => {
  const args = ['train', '--dataset', 'electricity', ...tiny, '--out', 'electricity'];
  const { stdout, stderr } = await runHere(args, folder);
  expect(stderr).toBe('');
  expect(stdout).toContain(': 4,032 rows, ');
  const [model, persistence, seasonal] = figuresOf(stdout, 'MAPE, steps 1-48');
  expect([persistence, seasonal]).toEqual([19.564, 1.948]);
  expect(model).toBeLessThan(0.8 * seasonal!);
});
