import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorData } from '@sluice/core';
import { loadCheckpoint, saveCheckpoint } from '@sluice/training/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, run, start, tiny } from './testing/support.ts';

const folder = makeFolder();
const trained = [...tiny, '--steps', '40', '--out', 'model.safetensors'];
const file = (name: string) => join(folder, name);
let output = '';

beforeAll(async () => {
  const { exitCode, stdout, stderr } = await run(trained, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  output = stdout;
  const bytes = readFileSync(file('model.safetensors'));
  writeFileSync(file('cut.safetensors'), bytes.subarray(0, bytes.length - 100));
  const edited = Buffer.from(bytes);
  edited[edited.length - 3]! ^= 1;
  writeFileSync(file('edited.safetensors'), edited);
  writeFileSync(file('foreign.safetensors'), 'not a model\n');
  const state = await loadCheckpoint(file('model.safetensors'));
  const config = state.config as { settings: object };
  const layers = 2 ** 40;
  const last = state.model.get('lstm.weight_hh_l0') as TensorData;
  await saveCheckpoint(file('vast.safetensors'), {
    ...state,
    model: new Map([...state.model, [`lstm.weight_hh_l${layers - 1}`, last]]),
    config: { ...config, settings: { ...config.settings, layers } },
  });
  writeFileSync(file('other.txt'), readFileSync(file('text.txt'), 'utf8').toUpperCase());
  writeFileSync(file('short.txt'), 'too short');
  writeFileSync(file('binary.txt'), Uint8Array.from([104, 105, 0xff]));
});

test('in a pipe, output is plain lines without colours', () => {
  expect(output).not.toContain('\u001b');
  expect(output).not.toContain('\r');
  expect(output).toMatch(/^text\.txt: [\d,]+ characters, \d+ different ones\.$/m);
  expect(output).toMatch(
    /^epoch 1\/1 {2}step 40\/40 {2}0:00 left {2}loss [\d.]+ {2}[\d.]+ bits\/char {2}[\d,]+ chars\/s$/m,
  );
  expect(output).toMatch(
    /^After step 40: validation [\d.]+ bits per character, perplexity [\d.]+, measured on \d+ characters$/m,
  );
  expect(output).toContain('char-lm train --resume --out model.safetensors --steps 80');
});

test('a terminal has the line of progress rewritten, unless it wants no colours', async () => {
  const terminal = { NODE_OPTIONS: '--import=data:text/javascript,process.stdout.isTTY=true' };
  const args = [...tiny, '--steps', '40'];
  const [rich, plain] = await Promise.all([
    run([...args, '--out', 'rich'], folder, terminal),
    run([...args, '--out', 'plain'], folder, { ...terminal, NO_COLOR: '1' }),
  ]);
  // A terminal of 80 columns.
  const lines = rich.stdout.split('\r\u001b[2K').slice(1);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.at(-2)).toMatch(/^█{8,} {2}epoch 1\/1 {2}step 40\/40 {2}0:00 left {2}loss /);
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThan(80);
  expect(plain.stdout).toMatch(/^epoch 1\/1 {2}step 40\/40 /m);
  expect(plain.stdout).not.toContain('\r');
  expect(plain.stdout).not.toContain('\u001b');
});

test('what it says to go on with works', async () => {
  const [, args] = /char-lm (sample .*)/.exec(output) ?? [];
  const { exitCode, stderr } = await run(args?.split(' ') ?? [], folder);
  expect(stderr).toMatch(/^Computing on wasm \(.*\)\.\n$/);
  expect(exitCode).toBe(0);
});

test('writing ends when nobody reads', async () => {
  const { child, result } = start(['sample', '--model', 'model.safetensors', '--length', '1000000000'], folder);
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await result).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^Computing on .*\.\n$/) });
});

test('a training does not overwrite what another one saved under its name', async () => {
  const { child, result } = start(
    [...tiny, '--steps', '1000000', '--checkpoint-every', '1000000', '--out', 'both'],
    folder,
  );
  child.stdout?.on('data', (text: string) => {
    if (!text.includes('LSTM with')) return;
    writeFileSync(file('both'), readFileSync(file('model.safetensors')));
    child.kill('SIGINT');
  });
  const { exitCode, stderr } = await result;
  expect(stderr).toBe('Error: both: was changed by another program during this training; nothing was overwritten\n');
  expect(exitCode).toBe(1);
  expect(readFileSync(file('both'))).toEqual(readFileSync(file('model.safetensors')));
});

test('a save that fails says so', async () => {
  const { child, result } = start(
    [...tiny, '--steps', '1000000', '--checkpoint-every', '1000000', '--out', 'gone/model'],
    folder,
  );
  child.stdout?.on('data', (text: string) => {
    if (!text.includes('LSTM with')) return;
    rmSync(file('gone'), { recursive: true });
    child.kill('SIGINT');
  });
  const { exitCode, stderr } = await result;
  expect(stderr).toMatch(/^Error: gone.model: cannot be saved: ENOENT: .*; what was saved before is as it was\n$/);
  expect(exitCode).toBe(1);
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a folder that nothing can be written to is found before the training',
  async () => {
    mkdirSync(file('closed'));
    chmodSync(file('closed'), 0o500);
    const { exitCode, stdout, stderr } = await run([...tiny, '--steps', '1', '--out', 'closed/model'], folder);
    expect(stderr).toMatch(/^Error: EACCES: permission denied, access /);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
  },
);

test('evaluate prints the figure that training ended with', async () => {
  const figure = /validation .*/.exec(output)?.[0];
  const evaluate = ['evaluate', '--model', 'model.safetensors', '--backend', 'js'];
  const { exitCode, stdout, stderr } = await run(evaluate, folder);
  expect(stderr).toBe('Computing on js.\n');
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${figure}\n`);
  const other = await run([...evaluate, '--split', 'test'], folder);
  expect(other.stdout).toMatch(/^test [\d.]+ bits per character/);
});

test('sampling depends on its seed and options alone', async () => {
  const sample = async (...args: string[]) => {
    const result = await run(
      ['sample', '--model', 'model.safetensors', '--prompt', 'the', '--length', '60', ...args],
      folder,
    );
    expect(result.exitCode).toBe(0);
    return result.stdout;
  };
  const [first, again, other, greedy, greedyOther] = await Promise.all([
    sample(),
    sample(),
    sample('--seed', '2'),
    sample('--temperature', '0'),
    sample('--temperature', '0', '--seed', '2'),
  ]);
  expect(first).toMatch(/^the/);
  expect(first.length).toBe('the'.length + 60 + 1);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(greedyOther).toBe(greedy);
});

test('a second start finds the model, measures it and leaves it alone', async () => {
  const before = readFileSync(file('model.safetensors'));
  const { exitCode, stdout } = await run(trained, folder);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('model.safetensors is trained already.');
  expect(stdout).toContain(/validation .*/.exec(output)?.[0]);
  expect(readFileSync(file('model.safetensors'))).toEqual(before);
});

describe('a bad start says why in one line and overwrites nothing', () => {
  test.concurrent.for<[name: string, exitCode: number, args: string[], message: string | RegExp]>([
    ['a missing model', 1, ['sample', '--model', 'none'], 'none: does not exist; train a model first'],
    ['a foreign model', 1, ['sample', '--model', 'foreign.safetensors'], /foreign\.safetensors: /],
    ['a cut model', 1, ['evaluate', '--model', 'cut.safetensors'], /cut\.safetensors: /],
    ['an edited model', 1, ['evaluate', '--model', 'edited.safetensors'], /edited\.safetensors: was changed since/],
    ['a model that claims layers it has not', 1, ['evaluate', '--model', 'vast.safetensors'], 'that it claims'],
    ['an output that is a folder', 1, [...tiny, '--out', '.'], 'is a folder; choose a file in it as --out'],
    ['an output that is no model', 1, [...tiny, '--out', 'text.txt'], /text\.txt: .*nothing was overwritten/],
    [
      'an output of another configuration',
      1,
      [...trained, '--hidden', '9'],
      'model.safetensors: holds a model with --hidden 8 instead of 9; nothing was overwritten',
    ],
    [
      'another text',
      1,
      [...trained, '--text', 'other.txt'],
      'holds a model with text text.txt; nothing was overwritten',
    ],
    [
      'resuming with another text',
      1,
      ['train', '--resume', '--out', 'model.safetensors', '--text', 'other.txt'],
      'model.safetensors: was trained on another text: text.txt (',
    ],
    [
      'resuming with another size',
      2,
      ['train', '--resume', '--out', 'model.safetensors', '--hidden', '9'],
      'model.safetensors has --hidden 8 instead of 9; with --resume this cannot change',
    ],
    [
      'resuming for fewer steps',
      2,
      ['train', '--resume', '--out', 'model.safetensors', '--steps', '10'],
      'is at step 40 already, beyond the 10 asked for',
    ],
    [
      'nothing to resume',
      1,
      ['train', '--resume', '--out', 'none'],
      'none: does not exist, so there is nothing to resume',
    ],
    ['a missing text', 1, ['--text', 'none.txt', '--out', 'new'], 'none.txt: cannot be read: ENOENT'],
    ['a text that is none', 1, ['--text', 'binary.txt', '--out', 'new'], 'binary.txt: byte 2 is not UTF-8 text'],
    ['a short text', 1, ['--text', 'short.txt', '--out', 'new'], 'short.txt: has 9 characters, expected at least 100'],
    ['an output in the way', 1, [...tiny, '--out', 'text.txt/new'], 'Error: '],
    [
      'an unknown character',
      2,
      ['sample', '--model', 'model.safetensors', '--prompt', 'whale 🐋'],
      '--prompt: the model has never seen the character "🐋" at position 6',
    ],
    ['a bad size', 2, ['--hidden', '0'], "option '--hidden <size>' argument '0' is invalid. Expected a whole number"],
    ['a bad rate', 2, ['train', '--learning-rate', 'fast'], 'Expected a number of at least 0.'],
    ['a bad probability', 2, ['--dropout', '1'], 'Expected a number of at least 0 and below 1.'],
    ['an unknown backend', 2, ['--backend', 'abacus'], 'Allowed choices are wasm, js, gpujs.'],
    [
      'threads of js',
      2,
      [...tiny, '--threads', '2', '--out', 'new'],
      '--threads: js has none to choose, only wasm has',
    ],
    ['a number of threads that is none', 2, ['--threads', 'many'], 'Expected a whole number of at least 1.'],
    [
      'too many threads',
      1,
      ['sample', '--model', 'model.safetensors', '--threads', '65'],
      'threads is 65, expected auto, or a whole number from 1 to 64',
    ],
    ['what a terminal would obey', 2, ['sample', '--x\u001b[2J'], "unknown option '--x\\u001b[2J'"],
    ['an unknown option', 2, ['sample', '--colour'], "unknown option '--colour'"],
    ['two lengths', 2, ['--steps', '1', '--epochs', '1'], 'cannot be used with'],
  ])('%s', async ([, expected, args, message], { expect }) => {
    const before = readFileSync(file('model.safetensors'));
    const { exitCode, stdout, stderr } = await run(args, folder);
    if (typeof message === 'string') expect(stderr).toContain(message);
    else expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    if (expected === 1) expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(expected);
    expect(stdout).toBe('');
    expect(readFileSync(file('model.safetensors'))).toEqual(before);
  });
});

test('--help works everywhere', async () => {
  const helps = await Promise.all(
    [[], ['train'], ['sample'], ['evaluate']].map((args) => run([...args, '--help'], folder)),
  );
  for (const { exitCode, stdout, stderr } of helps) {
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('Usage: char-lm');
  }
});
