import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadElectricity } from './data/electricity.ts';
import { vegaFolder } from './data/load.ts';
import { makeFolder, type Result, run, runHere, start, waveSeries } from './testing/support.ts';

const folder = makeFolder();
const file = (name: string) => join(folder, name);
const models = fileURLToPath(new URL('../model', import.meta.url));
const small = ['--window', '8', '--horizon', '3', '--hidden', '8', '--epochs', '6', '--backend', 'js'];
const own = ['--csv', 'wave.csv', '--target', 'load', '--date', 'day', ...small];
let trained: Result;

function writeCsv(name: string, change: (lines: string[]) => void = () => undefined): void {
  const { table, dates } = waveSeries(200);
  const [load, wind] = ['load', 'wind'].map((column) => table.numbers(column)) as [Float64Array, Float64Array];
  const lines = Array.from(dates!, (date, i) => `${new Date(date).toISOString().slice(0, 10)},${load[i]},${wind[i]}`);
  lines.unshift('day,load,wind');
  change(lines);
  writeFileSync(file(name), lines.join('\n'));
}

beforeAll(async () => {
  writeCsv('wave.csv');
  writeCsv('hole.csv', (lines) => lines.splice(10, 1, '2020-01-10,NA,1'));
  writeCsv('text.csv', (lines) => lines.splice(10, 1, '2020-01-10,much,1'));
  writeCsv('ragged.csv', (lines) => lines.splice(10, 1, '2020-01-10,1'));
  writeCsv('order.csv', (lines) => lines.reverse().unshift(lines.pop()!));
  writeCsv('short.csv', (lines) => lines.splice(12));
  writeCsv('empty.csv', (lines) => lines.splice(1));
  writeCsv('american.csv', (lines) => lines.splice(1, 1, '01/31/2020,1,1'));
  writeCsv('gaps.csv', (lines) => {
    lines.splice(150, 1);
    lines.splice(50, 30);
    lines.forEach((line, i) => {
      lines[i] = line.replaceAll(',', ';');
    });
  });
  mkdirSync(file('foreign'));
  writeFileSync(file('foreign/config.json'), '{}');
  trained = await run(['train', ...own, '--columns', 'wind', '--out', 'model'], folder);
}, 60_000);

test('trains on a file, prints figures beside baselines, and writes model and report', async () => {
  expect(trained.stderr).toBe('');
  expect(trained.exitCode).toBe(0);
  expect(trained.stdout).not.toContain('\u001b');
  expect(trained.stdout).toMatch(/^epoch 6\/6 {2}step \d+\/\d+ {2}0:00 left {2}loss /m);
  expect(trained.stdout).toMatch(/^MAE, steps 1-3 +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$/m);
  expect(trained.stdout).toMatch(
    /One step ahead it (beats|does not clearly beat) .*; over all steps it (beats|does not clearly beat) .*\.$/m,
  );
  const report = readFileSync(file('model/report.html'), 'utf8');
  for (const text of ['80 % interval', 'Gates', 'forget', 'Loss', 'Quantiles', 'Errors by step'])
    expect(report).toContain(text);
  expect(readFileSync(file('model/README.md'), 'utf8')).toContain(
    'pnpm --filter forecast start --csv wave.csv --target load',
  );
});

test('evaluate prints what training measured, and predict goes on after the last row', async () => {
  const use = ['--model', 'model', '--csv', 'wave.csv', '--backend', 'js'];
  const [evaluated, predicted] = [
    await runHere(['evaluate', ...use], folder),
    await runHere(['predict', ...use], folder),
  ];
  const figures = /^figure +this model[\s\S]*inside the 80 %.*$/m.exec(trained.stdout)![0];
  expect(evaluated.stdout).toContain(figures);
  expect(predicted.stderr).toBe('');
  const rows = [...predicted.stdout.matchAll(/^(2020-\d\d-\d\d)((?: +[\d.]+){5})$/gm)];
  expect(rows.map(([, date]) => date)).toEqual(['2020-07-19', '2020-07-20', '2020-07-21']);
  for (const [, , numbers] of rows) {
    const values = numbers!.trim().split(/ +/).map(Number);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  }
});

test('a file with other delimiters is read, and says so; one with gaps is only where that is accepted', async () => {
  const args = ['predict', '--model', 'model', '--csv', 'gaps.csv', '--backend', 'js'];
  const where =
    /gaps\.csv: column "day" is not evenly spaced: from 2020-02-18 to 2020-03-20 at row 50, and at 1 more, expected 2020-02-19, the next day; /
      .source;
  const refused = await runHere(args, folder);
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toBe('');
  expect(refused.stderr).toMatch(/^.*gaps\.csv: read with semicolons between the cells\.\n/);
  expect(refused.stderr).toMatch(
    new RegExp(`Error: .*${where}fill what is missing, or let rows count as evenly spaced with --uneven accept\n$`),
  );
  const accepted = await runHere([...args, '--uneven', 'accept'], folder);
  expect(accepted.exitCode).toBe(0);
  expect(accepted.stderr).toMatch(new RegExp(`Warning: .*${where}rows are taken as evenly spaced\\.\n$`));
  expect(accepted.stdout).toMatch(/^2020-07-19 /m);
});

test('hours of a clock that was changed for daylight saving are told so', async () => {
  const hours = (from: string, skip: number) =>
    Array.from({ length: 200 }, (_, i) => new Date(Date.parse(from) + (i < 20 ? i : i + skip) * 3_600_000))
      .map((date, i) => `${date.toISOString().slice(0, 16)},${i % 24}`)
      .join('\n');
  writeFileSync(file('spring.csv'), `hour,load\n${hours('2024-03-30T06:00Z', 1)}\n`);
  writeFileSync(file('autumn.csv'), `hour,load\n${hours('2024-10-26T07:00Z', -1)}\n`);
  const args = (name: string) => ['train', '--csv', name, '--target', 'load', '--date', 'hour', '--out', 'never'];
  const spring = await runHere(args('spring.csv'), folder);
  expect(spring.stderr).toMatch(
    /column "hour" is not evenly spaced: from 2024-03-31 01:00 to 2024-03-31 03:00 at row 21, expected 2024-03-31 02:00, the next hour\. Most likely clocks were changed for daylight saving/,
  );
  const autumn = await runHere(args('autumn.csv'), folder);
  expect(autumn.stderr).toMatch(
    /column "hour" is not after the one before in row 21, expected dates in rising order\. Most likely clocks were changed/,
  );
  expect([spring.exitCode, autumn.exitCode]).toEqual([1, 1]);
});

test('training goes on when nobody reads, says what it replaces, and when it is of no use', async () => {
  const { child, result } = start(['train', ...own, '--out', 'unread'], folder);
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await result).toMatchObject({ exitCode: 0, stderr: '' });
  expect(existsSync(file('unread/report.html'))).toBe(true);
  const again = await runHere(['train', ...own, '--learning-rate', '900', '--out', 'unread'], folder);
  expect(again.stdout).toMatch(/^The model in unread will be replaced: "load of .*wave\.csv" of \d{4}-\d\d-\d\d\.$/m);
  expect(again.stdout).toMatch(
    /Model and report\.html are in unread\nIt is worse than every simple method: do not use it\./,
  );
});

test('Ctrl-C ends the training, and what it reached is measured and saved', async () => {
  const { child, result } = start(['train', ...own, '--epochs', '100000', '--out', 'stopped'], folder);
  child.stdout.on('data', (text: string) => text.includes('validation loss') && !child.killed && child.kill('SIGINT'));
  expect(await result).toMatchObject({ exitCode: 0, stderr: '' });
  const card = readFileSync(file('stopped/README.md'), 'utf8');
  expect(card).toMatch(/^\| interrupted \| after step \d+ of 400000 \|$/m);
  expect(card).toContain('| MAE, steps 1-3 |');
});

test('a backtest trains anew for every fold, with the other cell and head', async () => {
  const { stdout, stderr, exitCode } = await runHere(
    ['backtest', ...own, '--folds', '2', '--cell', 'gru', '--head', 'gaussian', '--log'],
    folder,
  );
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Backtest of 2 trainings$/m);
  // 50 rows each, less those whose third step would be the next fold's.
  expect(stdout).toContain('Forecasts from 96 origins');
  expect(stdout).toMatch(/^1: 2020-04-10 .*\n2: 2020-05-30 /m);
});

describe('the models that come with the app have the figures of the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

  test.each([
    ['weather', 'MAE, step 1', 2.128, 2.234],
    ['co2', 'MAE, step 1', 0.381, 1.224],
    ['co2', 'MAE, steps 1-12', 0.559, 1.224],
  ])('%s: %s', async (name, figure, expected, bar) => {
    const { stdout, stderr } = await runHere(['evaluate', '--model', join(models, name)], folder);
    expect(stderr).toBe('');
    const [, value] = new RegExp(`^${figure} +([\\d.]+) `, 'm').exec(stdout)!;
    expect(Number(value)).toBeCloseTo(expected, 2);
    expect(Number(value)).toBeLessThan(bar);
    expect(readme).toContain(expected.toFixed(3));
  });
});

test('the quick training beats the simple methods over all steps', async () => {
  const { stdout, stderr } = await runHere(['train', '--quick', '--out', 'quick'], folder);
  expect(stderr).toBe('');
  const [, model, persistence, seasonal] = /^MAE, steps 1-7 +([\d.]+) °C +([\d.]+) °C +([\d.]+) °C/m
    .exec(stdout)!
    .map(Number);
  expect(model!).toBeLessThan(0.95 * Math.min(persistence!, seasonal!));
});

describe('what makes no sense says why, and nothing is written', () => {
  test.for<[name: string, exitCode: number, args: string[], message: string | RegExp]>([
    ['no target', 2, ['train', '--csv', 'wave.csv'], /--csv needs --target COLUMN/],
    [
      'an unknown column',
      1,
      ['train', '--csv', 'wave.csv', '--target', 'lod'],
      /^Error: [^:]*wave\.csv: column "lod" is not there, expected some of "day", "load", "wind"\n$/,
    ],
    ['a missing file', 1, ['train', '--csv', 'none.csv', '--target', 'load'], /none\.csv/],
    [
      'a text among numbers',
      1,
      ['train', '--csv', 'text.csv', '--target', 'load'],
      /text\.csv: line 11, column "load" is "much", expected a/,
    ],
    [
      'a missing cell',
      1,
      ['train', '--csv', 'ragged.csv', '--target', 'load'],
      /ragged\.csv: line 11, column "wind" is missing/,
    ],
    [
      'a missing number',
      1,
      ['train', '--csv', 'hole.csv', '--target', 'load'],
      /column "load" has no number in row 10/,
    ],
    [
      'dates that fall',
      1,
      ['train', '--csv', 'order.csv', '--target', 'load', '--date', 'day'],
      /column "day" is not after the one before in row 2/,
    ],
    [
      'too few rows',
      1,
      ['train', '--csv', 'short.csv', '--target', 'load'],
      /has 6 rows to train on, 2 to validate and 3 to test, expected at least/,
    ],
    [
      'no rows',
      1,
      ['train', '--csv', 'empty.csv', '--target', 'load', '--date', 'day'],
      /empty\.csv: has 0 rows to train on/,
    ],
    [
      'other dates',
      1,
      ['train', '--csv', 'american.csv', '--target', 'load', '--date', 'day'],
      /american\.csv: line 2, column "day" is "01\/31\/2020", expected an ISO 8601 date/,
    ],
    [
      'more folds than fit',
      2,
      ['backtest', ...own, '--folds', '34'],
      /--folds is 34, expected at most 33: half of the 200 rows in parts of at least 3, the horizon/,
    ],
    ['a data set and a file', 2, ['train', '--csv', 'wave.csv', '--dataset', 'co2'], /cannot be used with/],
    ['an unknown data set', 2, ['train', '--dataset', 'moon'], /Allowed choices are weather, stocks, co2, electricity/],
    ['a file as folder', 1, ['train', ...own, '--out', 'wave.csv'], /is a file, expected a folder/],
    ['a model without its file', 2, ['evaluate', '--model', 'model'], /say which with --csv FILE/],
    ['a folder of something else', 1, ['predict', '--model', 'foreign'], /foreign.config\.json: /],
    [
      'no model',
      1,
      ['predict', '--model', 'none'],
      /--model none: is no model, expected a folder of one or .*co2, .*weather.*; "start" trains others/,
    ],
    ['an empty path', 2, ['train', ...own, '--out', ''], /'--out <folder>' argument '' is invalid\. Expected a path\./],
    [
      'too few rows for the test part',
      1,
      ['evaluate', '--model', 'model', '--csv', 'short.csv'],
      /short\.csv: has 11 rows, expected at least 163: 160 before the test part of the model, and a forecast of 3/,
    ],
    ['what a terminal would obey', 2, ['train', '--x\u001b[2J'], /unknown option '--x\\u001b\[2J'/],
    ['no backend', 2, ['train', '--backend', 'abacus'], /Allowed choices are wasm, js/],
  ])('%s', async ([, exitCode, args, message]) => {
    const before = readFileSync(file('wave.csv'));
    const out = args[0] === 'train' && !args.includes('--out') ? ['--out', 'never'] : [];
    const result = await runHere([...args, ...out], folder);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toContain('    at ');
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toBe('');
    expect(existsSync(file('never'))).toBe(false);
    expect(readFileSync(file('wave.csv'))).toEqual(before);
  });
});

test('without its data it says which command brings them', async () => {
  const elsewhere = () => {
    throw new Error('Cannot find module');
  };
  expect(() => vegaFolder(elsewhere)).toThrow(/vega-datasets is not installed: bring it with "npx pnpm install"/);
  expect(existsSync(join(vegaFolder(), 'co2-concentration.csv'))).toBe(true);
  await expect(loadElectricity([file('nowhere')])).rejects.toThrow(
    /r-cran-forecast \(GPL\) is missing; get it, .* apt-get download r-cran-forecast && dpkg-deb -x/,
  );
});

test.each([[], ['train'], ['backtest'], ['evaluate'], ['predict']])('--help works: %s', async (...args) => {
  const { exitCode, stdout } = await runHere([...args, '--help'], folder);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Usage: forecast');
});
