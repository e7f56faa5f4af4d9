import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { makeFolder, run } from './testing/support.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const folder = makeFolder();
const file = (name: string) => join(folder, name);
const own = ['--corpus', file('texts')];
const tiny = ['train', '--quick', '--every', '1', '--hidden', '8', ...own];
let output = '';

/** A language whose words say by their endings what they are, half of them in the test part only. */
beforeAll(async () => {
  mkdirSync(file('texts'));
  const endings = { DET: 'an', NOUN: 'ol', VERB: 'it' };
  const word = (tag: string, stem: number) => `${'bdfgklmnprst'[stem % 12]}e${endings[tag as 'DET']}/${tag}`;
  for (let i = 0; i < 20; i++) {
    const [from, count] = i % 10 === 9 ? [6, 6] : [0, 9];
    const line = (k: number) =>
      ['DET', 'NOUN', 'VERB', 'NOUN'].map((tag, t) => word(tag, from + ((k * 5 + t) % count)));
    const lines = Array.from({ length: 24 }, (_, k) =>
      line(k + i)
        .slice(0, 2 + (k % 3))
        .join(' '),
    );
    writeFileSync(file(`texts/${String(i).padStart(2, '0')}`), `${lines.join('\n')}\n`);
  }
  const [plain, crf] = await Promise.all([
    run([...tiny, '--out', file('model')]),
    run([...tiny, '--crf', '--epochs', '1', '--out', file('crf')]),
  ]);
  expect([plain.stderr, crf.stderr]).toEqual(['', '']);
  expect([plain.exitCode, crf.exitCode]).toEqual([0, 0]);
  output = plain.stdout;
});

const figuresIn = (text: string) => text.match(/^(words|unknown words|sentences) .*%$/gm);

test('training prints plain lines, beats the baseline, and saves model, card and report', () => {
  expect(output).not.toContain('\u001b');
  expect(output).toMatch(/^texts: 1,\d+ words \/ \d+ words \/ \d+ words to train, validate and test\.$/m);
  expect(output).toMatch(/^epoch 3\/3 {2}step 72\/72 {2}0:00 left {2}loss /m);
  expect(output).toMatch(/^figure +this model +most frequent tag$/m);
  expect(figuresIn(output)).toHaveLength(3);
  const [, unknown, baseline] = output.match(/^unknown words .* +([\d.]+) % +([\d.]+) %$/m) ?? [];
  expect(Number(unknown)).toBeGreaterThan(Number(baseline) + 20);
  const card = readFileSync(file('model/README.md'), 'utf8');
  expect(card).toContain('| words |');
  expect(card).toContain(`| npx pnpm --filter tagger start ${tiny.slice(1).join(' ')} |`);
  const report = readFileSync(file('model/report.html'), 'utf8');
  for (const title of ['Loss', 'Tags taken for others', 'The most frequent errors', 'Predictions', 'forget gate']) {
    expect(report).toContain(title);
  }
});

test.each(['model', 'crf'])('evaluate prints the same figures from the folder alone: %s', async (name) => {
  const { exitCode, stdout } = await run(['evaluate', '--model', file(name), ...own]);
  expect(exitCode).toBe(0);
  const card = readFileSync(file(`${name}/README.md`), 'utf8');
  const shares = Array.from(card.matchAll(/\| ([\d.]+ %) \| most frequent tag ([\d.]+ %) \|/g), ([, a, b]) => [a, b]);
  expect(shares).toHaveLength(3);
  expect(figuresIn(stdout)?.map((line) => line.split(/ {2,}/).slice(-2))).toEqual(shares);
});

test('predict tags sentences with words that it has never seen', async () => {
  const { exitCode, stdout, stderr } = await run(['predict', 'Ban bel rit.', 'ban zol', '--model', file('model')]);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^Model: .*model\n$/);
  expect(stdout).toMatch(/^Ban +[A-Z]+\nbel +[A-Z]+\nrit +VERB\n\. +[A-Z]+\n\nban +DET\nzol +NOUN\n$/);
});

test('Ctrl-C ends the training, and what it reached is measured and saved', async () => {
  const out = ['--out', file('stopped')];
  const { exitCode, stderr } = await run([...tiny, ...out, '--epochs', '100000'], (stdout, child) => {
    if (!child.killed && stdout.includes('validation loss')) child.kill('SIGINT');
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const card = readFileSync(file('stopped/README.md'), 'utf8');
  expect(card).toMatch(/^\| interrupted \| after step \d+ \|$/m);
  expect(card).toContain('| words |');
});

test('a training says which model it replaces, and ends well when nobody reads on', async () => {
  let first = '';
  const { exitCode, stderr } = await run([...tiny, '--epochs', '1', '--out', file('crf')], (stdout, child) => {
    first = stdout;
    if (stdout.includes('replaces')) child.stdout?.destroy();
  });
  expect(first).toMatch(/^It replaces the model of \d{4}-\d\d-\d\d in .*crf\.$/m);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(JSON.parse(readFileSync(file('crf/config.json'), 'utf8')).config.crf).toBe(false);
});

test('help tells the options of each command', async () => {
  const { exitCode, stdout } = await run(['train', '--help']);
  expect(exitCode).toBe(0);
  for (const option of ['--crf', '--quick', '--corpus <folder>']) expect(stdout).toContain(option);
});

test('what cannot work is explained, and nothing is overwritten', async () => {
  mkdirSync(file('foreign'));
  writeFileSync(file('foreign/README.md'), 'mine\n');
  mkdirSync(file('cut'));
  for (const name of ['config.json', 'preprocessing.json', 'README.md']) {
    writeFileSync(file(`cut/${name}`), readFileSync(file(`model/${name}`)));
  }
  writeFileSync(file('cut/model.safetensors'), readFileSync(file('model/model.safetensors')).subarray(0, 500));
  mkdirSync(file('odd'));
  const header = JSON.parse(readFileSync(file('model/config.json'), 'utf8'));
  writeFileSync(
    file('odd/config.json'),
    JSON.stringify({ ...header, config: { ...header.config, word: 0, hidden: 0 } }),
  );
  const few = ['train', '--corpus', file('foreign'), '--out', file('new')];
  const cases: [readonly string[], number, RegExp][] = [
    [[...tiny, '--out', file('foreign')], 1, /foreign holds README\.md of no model that can be read/],
    [[...tiny, '--hidden', '4097', '--out', file('new')], 1, /^Error: hidden: .*Expected <=4096 but received 4097\n$/],
    [[...tiny, '--word', '2049', '--out', file('new')], 1, /^Error: word: .*2049\n$/],
    [[...tiny, '--letter-hidden', '1025', '--out', file('new')], 1, /^Error: letterHidden: .*1025\n$/],
    [['predict', 'A dog', '--model', file('odd')], 1, /\nError: .*config: word: .*; .*config: hidden: .*\n$/],
    [['predict', '--x\u001b[2J'], 2, /unknown option '--x\\u001b\[2J'/],
    [['train', '--epochs', 'none'], 2, /'--epochs <count>' argument 'none' is invalid/],
    [few, 1, /foreign: holds 1 texts; expected at least 10/],
    [
      ['evaluate', '--model', file('model')],
      1,
      /does not know \d+ of \d+ tags of the test, such as "\w+": .* another set/,
    ],
    [['predict', 'A dog', '--model', file('missing')], 1, /missing: is no folder; expected one of a trained model/],
    [['predict', 'A dog', '--model', file('cut')], 1, /cut.*model\.safetensors/],
    [['predict', ''], 1, /^Error: "": holds no word\n$/],
  ];
  const results = await Promise.all(cases.map(([args]) => run(args)));
  for (const [i, { exitCode, stderr }] of results.entries()) {
    expect(stderr).toMatch(cases[i]![2]);
    expect(exitCode).toBe(cases[i]![1]);
  }
  expect(readFileSync(file('foreign/README.md'), 'utf8')).toBe('mine\n');
  expect(existsSync(file('new'))).toBe(false);
});
