import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, run } from './testing/support.ts';

const folder = makeFolder();
const file = (name: string) => join(folder, name);
let output = '';

// The quick form with one cell and half a pass.
beforeAll(async () => {
  const args = ['train', '--quick', '--cells', 'LSTM', '--epochs', '1', '--count', '4000', '--out', 'digits'];
  const { exitCode, stdout, stderr } = await run(args, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  output = stdout;
}, 120_000);

describe('a training', () => {
  it('prints its figure beside the baselines that it measured, in plain lines', () => {
    for (const control of ['\r', '\u001b']) expect(output).not.toContain(control);
    expect(output).toMatch(/^3 nearest neighbours: 9\d\.\d\d % right$/m);
    expect(output).toMatch(/^linear: [89]\d\.\d\d % right$/m);
    const [, accuracy] = /^accuracy +([\d.]+) % +[\d.]+ % +[\d.]+ %$/m.exec(output) ?? [];
    // Chance is 10 %.
    expect(Number(accuracy)).toBeGreaterThan(30);
    expect(output).toMatch(/^LSTM +[\d.]+ % +[\d,]+ +\d+$/m);
  });

  it('leaves a model with a card, and a report', () => {
    expect(readdirSync(file('digits'))).toEqual(['lstm', 'report.html']);
    expect(readdirSync(file('digits/lstm')).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'preprocessing.json',
    ]);
    expect(readFileSync(file('digits/lstm/README.md'), 'utf8')).toContain('3 nearest neighbours');
    const report = readFileSync(file('digits/report.html'), 'utf8');
    for (const title of [
      'Side by side',
      'Loss',
      'What the LSTM takes for what',
      'Misread digits',
      'What was read',
      'forget',
    ]) {
      expect(report).toContain(title);
    }
  });

  it('can be measured again', async () => {
    const { exitCode, stdout } = await run(['evaluate', '--model', 'digits/lstm'], folder);
    expect(exitCode).toBe(0);
    const [, accuracy] = /^accuracy +([\d.]+ %)/m.exec(output) ?? [];
    expect(stdout).toContain(`digits/lstm: LSTM, 1000 digits of the test part\naccuracy: ${accuracy}\n`);
    const other = await run(['evaluate', '--model', 'digits/lstm', '--split', 'validation', '--backend', 'js'], folder);
    expect(other.stdout).toContain('1000 digits of the validation part');
  });
});

it('trains on strings', async () => {
  const args = ['train', '--strings', '--quick', '--epochs', '1', '--count', '64', '--out', 'strings'];
  const { exitCode, stdout, stderr } = await run(args, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^cut at gaps, 3 nearest neighbours: character error rate \d\d\.\d\d %$/m);
  expect(stdout).toMatch(/^character error rate, greedy +[\d.]+ %$/m);
  expect(readFileSync(file('strings/report.html'), 'utf8')).toContain('Strings, misread ones first');
}, 120_000);

describe('a bad start says why in one line', () => {
  beforeAll(() => {
    mkdirSync(file('foreign/lstm'), { recursive: true });
    writeFileSync(file('foreign/lstm/README.md'), 'mine');
    cpSync(file('digits/lstm'), file('cut'), { recursive: true });
    writeFileSync(file('cut/model.safetensors'), readFileSync(file('digits/lstm/model.safetensors')).subarray(0, 1000));
    cpSync(file('digits/lstm'), file('other'), { recursive: true });
    const config = JSON.parse(readFileSync(file('other/config.json'), 'utf8'));
    writeFileSync(file('other/config.json'), JSON.stringify({ ...config, config: { ...config.config, hidden: 9 } }));
    writeFileSync(file('text.txt'), 'not a picture');
  });

  it.concurrent.for<[string, number, string[], string]>([
    ['a missing model', 1, ['evaluate', '--model', 'none'], 'none: does not exist; train a model first'],
    ['a cut model', 1, ['evaluate', '--model', 'cut'], 'model.safetensors'],
    ['a model with another configuration', 1, ['evaluate', '--model', 'other'], 'does not fit config.json'],
    ['a folder of something else', 1, ['train', '--cells', 'LSTM', '--out', 'foreign'], 'holds README.md of no model'],
    [
      'a picture that is none',
      1,
      ['predict', '--model', 'digits/lstm', 'text.txt'],
      'text.txt:1:1: "not" is no number',
    ],
    ['a missing picture', 1, ['predict', '--model', 'digits/lstm', 'none.png'], 'none.png: cannot be read: ENOENT'],
    ['no picture', 2, ['predict'], "missing required argument 'files'"],
    ['an unknown cell', 2, ['train', '--cells', 'QRNN'], 'Allowed choices are RNN, LSTM, GRU, BiLSTM'],
    ['a bad number', 2, ['train', '--epochs', '0'], 'Expected a whole number of at least 1.'],
    ['too many samples', 2, ['samples', '--out', 'many', '--count', '2000'], '--count: is 2000, expected at most 1000'],
  ])('%s', async ([, expected, args, message], { expect }) => {
    const { exitCode, stdout, stderr } = await run(args, folder);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(exitCode).toBe(expected);
    expect(readFileSync(file('foreign/lstm/README.md'), 'utf8')).toBe('mine');
  });
});

it('--help works everywhere', async () => {
  const commands = [[], ['train'], ['evaluate'], ['predict'], ['samples']];
  for (const { exitCode, stdout } of await Promise.all(commands.map((args) => run([...args, '--help'], folder)))) {
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: digits');
  }
});
