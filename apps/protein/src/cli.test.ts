import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { makeFolder, run } from './testing/support.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const folder = makeFolder();
const file = (name: string) => join(folder, name);
const tiny = ['train', '--quick', '--hidden', '4', '--epochs', '1', '--chains', '64', '--data', file('chains.tsv')];
let output = '';

beforeAll(async () => {
  const states = { A: 'H', V: 'E', G: 'C' };
  const chain = (i: number) => Array.from('AVG', (residue) => residue.repeat(3 + (i % 5))).join('');
  const line = (residues: string, i: number) =>
    `${i}\t${residues}\t${Array.from(residues, (residue) => states[residue as 'A']).join('')}\n`;
  writeFileSync(file('chains.tsv'), Array.from({ length: 90 }, (_, i) => line(chain(i), i)).join(''));
  writeFileSync(file('good.fasta'), '>one\nAAAVVVGGG\n>two\nMX\n');
  const { exitCode, stdout, stderr } = await run([...tiny, '--out', file('model')]);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  output = stdout;
  cpSync(file('model'), file('other'), { recursive: true });
});

test('training prints plain lines, its figures beside the baselines, and saves model, card and report', () => {
  expect(output).not.toContain('\u001b');
  expect(output).toMatch(/^64 \/ 9 \/ 9 chains to train, validate and test; [\d,]+ parameters;$/m);
  expect(output).toMatch(/^epoch 1\/1 {2}step 16\/16 {2}0:00 left {2}loss /m);
  expect(output).toMatch(/^figure +this model +majority +naive Bayes$/m);
  expect(output).toMatch(/^Q3 +[\d.]+ % +33\.33 % +100\.00 %$/m);
  const card = readFileSync(file('model/README.md'), 'utf8');
  expect(card).toContain('| Q3 |');
  expect(card).toContain(`| npx pnpm --filter protein start ${tiny.slice(1).join(' ')} |`);
  const log = readFileSync(file('model/log.jsonl'), 'utf8').trim().split('\n');
  expect(log.map((line) => JSON.parse(line).type).filter((type) => type === 'step')).toHaveLength(16);
  const report = readFileSync(file('model/report.html'), 'utf8');
  for (const title of ['Three states', 'Eight states', 'Predictions', 'Gates of the first layer']) {
    expect(report).toContain(title);
  }
});

test('a quick training beats simple methods', async () => {
  const { exitCode, stdout } = await run(['train', '--quick', '--out', file('quick')]);
  expect(exitCode).toBe(0);
  const [, Q3, majority, bayes] = /^Q3 +([\d.]+) % +([\d.]+) % +([\d.]+) %/m.exec(stdout) ?? [];
  expect(Number(majority)).toBeCloseTo(38.75, 2);
  expect(Number(Q3)).toBeGreaterThan(Number(bayes) + 4);
});

test('Ctrl-C ends the training, and what it reached is measured and saved', async () => {
  const args = [...tiny, '--out', file('stopped'), '--epochs', '100000'];
  const { exitCode, stderr } = await run(args, '', (stdout, child) => {
    if (!child.killed && stdout.includes('validation loss')) child.kill('SIGINT');
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const card = readFileSync(file('stopped/README.md'), 'utf8');
  expect(card).toMatch(/^\| interrupted \| after step \d+ of 1600000 \|$/m);
  expect(card).toContain('| Q3 |');
});

test('a training says which model it replaces, and ends well when nobody reads on', async () => {
  let first = '';
  const { exitCode, stderr } = await run([...tiny, '--hidden', '3', '--out', file('other')], '', (stdout, child) => {
    first = stdout;
    if (stdout.includes('replaces')) child.stdout?.destroy();
  });
  expect(first).toMatch(/^It replaces the model of \d{4}-\d\d-\d\d in .*other\.$/m);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(JSON.parse(readFileSync(file('other/config.json'), 'utf8')).config.hidden).toBe(3);
});

test('evaluate prints the same figures from the folder alone', async () => {
  const { exitCode, stdout } = await run(['evaluate', '--model', file('model'), '--data', file('chains.tsv')]);
  expect(exitCode).toBe(0);
  const figures = (text: string) => text.match(/^(Q[38]|mean F1 of [38] states) +[\d.]+/gm);
  expect(figures(stdout)).toHaveLength(4);
  expect(figures(stdout)).toEqual(figures(output));
});

test('predict reads a file or its input', async () => {
  const args = ['predict', '--model', file('model')];
  const [named, piped] = await Promise.all([
    run([...args, '--fasta', file('good.fasta')]),
    run(args, readFileSync(file('good.fasta'), 'utf8')),
  ]);
  expect(named.stdout).toMatch(
    /^>one\nAAAVVVGGG\n[HGIEBTSC]{9}\n[HEC]{9}\n[3-9]{9}\n>two\nMX\n[HGIEBTSC]{2}\n[HEC]{2}\n[3-9]{2}\n$/,
  );
  expect(named.stderr).toMatch(/^Model: .*model\n$/);
  expect(piped).toEqual(named);
});

test('help tells the options of each command', async () => {
  const { exitCode, stdout } = await run(['predict', '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('--fasta <file>');
});

test('what cannot work is explained', async () => {
  mkdirSync(file('foreign'));
  writeFileSync(file('foreign/README.md'), 'mine\n');
  mkdirSync(file('cut'));
  for (const name of ['config.json', 'preprocessing.json', 'README.md']) {
    writeFileSync(file(`cut/${name}`), readFileSync(file(`model/${name}`)));
  }
  writeFileSync(file('cut/model.safetensors'), readFileSync(file('model/model.safetensors')).subarray(0, 500));
  const predictions = ['predict', '--fasta', file('good.fasta'), '--model'];
  const cases: [readonly string[], number, RegExp][] = [
    [[...tiny, '--out', file('foreign')], 1, /foreign holds README\.md of no model that can be read/],
    [[...tiny, '--window', '4'], 1, /^Error: window: is 4, expected an odd number\n$/],
    [[...tiny, '--window', '65'], 1, /^Error: window: .*Expected <=63 but received 65\n$/],
    [[...tiny, '--hidden', '2049'], 1, /^Error: hidden: .*Expected <=2048 but received 2049\n$/],
    [[...tiny, '--x\u001b[2J'], 2, /unknown option '--x\\u001b\[2J'/],
    [[...tiny, '--epochs', 'none'], 2, /'--epochs <count>' argument 'none' is invalid/],
    [['train', '--data', file('none.tsv'), '--out', file('new')], 1, /none\.tsv: cannot be read: ENOENT/],
    [[...predictions, file('missing')], 1, /missing: is no folder; expected one of a trained model/],
    [[...predictions, file('cut')], 1, /cut.*model\.safetensors/],
    [['predict', '--fasta', file('chains.tsv')], 1, /chains\.tsv: line 1: residues without a name/],
    [['predict', '--fasta', file('none.fasta')], 1, /none\.fasta: cannot be read: ENOENT/],
  ];
  const results = await Promise.all(cases.map(([args]) => run(args)));
  for (const [i, { exitCode, stderr }] of results.entries()) {
    expect(stderr).toMatch(cases[i]![2]);
    expect(exitCode).toBe(cases[i]![1]);
  }
  expect(readFileSync(file('foreign/README.md'), 'utf8')).toBe('mine\n');
  expect(existsSync(file('new'))).toBe(false);
});
