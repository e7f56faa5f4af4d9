import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { makeFolder, run } from './testing/support.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const folder = makeFolder();
const file = (name: string) => join(folder, name);
let output = '';

// The quick form with one cell.
beforeAll(async () => {
  const args = ['train', '--quick', '--cells', 'LSTM', 'LSTM', '--out', 'digits'];
  const { exitCode, stdout, stderr } = await run(args, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  output = stdout;
});

describe('a training', () => {
  it('prints its figure beside the baselines that it measured, in plain lines', () => {
    for (const control of ['\r', '\u001b']) expect(output).not.toContain(control);
    expect(output).toMatch(/^3 nearest neighbours: 9\d\.\d\d % right$/m);
    expect(output).toMatch(/^linear: [89]\d\.\d\d % right$/m);
    const [, accuracy] = /^accuracy +([\d.]+) % +[\d.]+ % +[\d.]+ %$/m.exec(output) ?? [];
    expect(Number(accuracy)).toBeGreaterThan(85);
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
    const card = readFileSync(file('digits/lstm/README.md'), 'utf8');
    expect(card).toContain('3 nearest neighbours');
    expect(card).toContain('| npx pnpm --filter digits start --quick --cells LSTM LSTM |');
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

it('trains on strings, and reads them better than cutting at gaps', async () => {
  const args = ['train', '--strings', '--quick', '--out', 'strings'];
  const { exitCode, stdout, stderr } = await run(args, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const [, errors, baseline] = /^character error rate, beam search +([\d.]+) % +([\d.]+) %$/m.exec(stdout) ?? [];
  expect(Number(errors)).toBeLessThan(Number(baseline) - 5);
  expect(stdout).toMatch(/^character error rate, greedy +[\d.]+ %/m);
  expect(readFileSync(file('strings/report.html'), 'utf8')).toContain('Strings, misread ones first');
});

it('Ctrl-C ends the training of a cell and of those after it, and what it reached is measured and saved', async () => {
  const args = ['train', '--cells', 'LSTM', 'GRU', '--hidden', '4', '--count', '100', '--epochs', '100000'];
  const { exitCode, stderr } = await run([...args, '--out', 'stopped'], folder, (stdout, child) => {
    if (!child.killed && stdout.includes('validation loss')) child.kill('SIGINT');
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(readdirSync(file('stopped'))).toEqual(['lstm', 'report.html']);
  const card = readFileSync(file('stopped/lstm/README.md'), 'utf8');
  expect(card).toMatch(/^\| interrupted \| after step \d+ of 200000 \|$/m);
  expect(card).toContain('| accuracy |');
});

it('one step is a training, which says what it replaces, and ends well when nobody reads on', async () => {
  cpSync(file('digits'), file('other'), { recursive: true });
  const args = ['train', '--cells', 'LSTM', '--hidden', '4', '--count', '50', '--epochs', '1', '--out', 'other'];
  let first = '';
  const { exitCode, stderr } = await run(args, folder, (stdout, child) => {
    first = stdout;
    if (stdout.includes('replaces')) child.stdout?.destroy();
  });
  expect(first).toMatch(/^It replaces the model of \d{4}-\d\d-\d\d in other\/lstm\.$/m);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(JSON.parse(readFileSync(file('other/lstm/config.json'), 'utf8')).config.hidden).toBe(4);
});

describe('a bad start says why in one line', () => {
  beforeAll(() => {
    mkdirSync(file('foreign/lstm'), { recursive: true });
    writeFileSync(file('foreign/lstm/README.md'), 'mine');
    cpSync(file('digits/lstm'), file('cut'), { recursive: true });
    writeFileSync(file('cut/model.safetensors'), readFileSync(file('digits/lstm/model.safetensors')).subarray(0, 1000));
    const config = JSON.parse(readFileSync(file('digits/lstm/config.json'), 'utf8'));
    for (const [name, change] of Object.entries({ changed: { hidden: 9 }, odd: { hidden: 0, layers: 0 } })) {
      cpSync(file('digits/lstm'), file(name), { recursive: true });
      writeFileSync(
        file(`${name}/config.json`),
        JSON.stringify({ ...config, config: { ...config.config, ...change } }),
      );
    }
    for (const [name, width, height] of [
      ['thin.pgm', 4000, 3],
      ['line.pgm', 4000, 20],
    ] as const) {
      const pixels = Buffer.alloc(width * height);
      pixels.fill(255, width + 1, 2 * width - 1);
      writeFileSync(file(name), Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]));
    }
    writeFileSync(file('text.txt'), 'not a picture');
  });

  it.concurrent.for<[string, number, string[], string]>([
    ['a missing model', 1, ['evaluate', '--model', 'none'], 'none: does not exist; train a model first'],
    ['a cut model', 1, ['evaluate', '--model', 'cut'], 'model.safetensors'],
    ['a model with another configuration', 1, ['evaluate', '--model', 'changed'], 'does not fit config.json'],
    [
      'a model with two errors',
      1,
      ['evaluate', '--model', 'odd'],
      'odd/config.json: config: layers: Invalid value: Expected >=1 but received 0\n',
    ],
    [
      'a size that no model may have',
      1,
      ['train', '--cells', 'RNN', '--hidden', '1030'],
      'RNN: hidden: Invalid value: ',
    ],
    ['a line that is too long', 1, ['predict', '--strings', 'line.pgm'], 'line.pgm: is a line of 111944 columns'],
    ['a thin picture', 1, ['predict', '--strings', 'thin.pgm'], 'columns at a height of 28, expected at most 4096'],
    [
      'strings for a model of digits',
      2,
      ['evaluate', '--strings', '--model', 'digits/lstm'],
      '--strings: the model in digits/lstm reads single digits, expected one of strings',
    ],
    ['a folder of something else', 1, ['train', '--cells', 'LSTM', '--out', 'foreign'], 'holds README.md of no model'],
    [
      'a picture that is none',
      1,
      ['predict', '--model', 'digits/lstm', 'text.txt'],
      'text.txt:1:1: "not" is no number',
    ],
    ['a missing picture', 1, ['predict', '--model', 'digits/lstm', 'none.png'], 'none.png: cannot be read: ENOENT'],
    ['no picture', 2, ['predict'], "missing required argument 'files'"],
    ['what a terminal would obey', 2, ['train', '--x\u001b[2J'], "unknown option '--x\\u001b[2J'"],
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
