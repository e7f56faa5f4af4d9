import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { residueVocabulary } from './alphabet.ts';
import { measureBaselines } from './baselines.ts';
import { chainBatches, windowsOf } from './batches.ts';
import { ownData, readChains } from './chains.ts';
import { longest } from './fasta.ts';
import { makeFolder } from './testing/support.ts';

const folder = makeFolder();

test('the 3,000 chains are split by their order, and simple methods reach what is known of them', async () => {
  const { train, validation, test } = await readChains(ownData);
  expect([train.length, validation.length, test.length]).toEqual([2400, 300, 300]);
  expect(train[1]!.id).toBe('5GZT_A');
  expect(train[1]!.residues.slice(0, 10)).toBe('AYDKAGTYGP');
  const { majority, 'naive Bayes': bayes } = measureBaselines(train, test);
  expect(100 * majority!.Q3).toBeCloseTo(38.75, 2);
  expect(100 * majority!.Q8).toBeCloseTo(34.61, 2);
  expect(bayes!.Q3).toBeGreaterThan(0.6);
  expect(bayes!.Q8).toBeGreaterThan(0.47);
  const batches = chainBatches(train, residueVocabulary, { window: 1, batchSize: 16, seed: 1 });
  expect(batches.paddingShare(0)).toBeLessThan(0.1);
}, 120_000);

test('windows hold each residue with its neighbours, and what is beyond the ends', () => {
  const { shape, data } = windowsOf('ACX', 3, residueVocabulary);
  expect(shape).toEqual([3, 3]);
  const [a, c] = [residueVocabulary.id('A'), residueVocabulary.id('C')];
  expect([...data]).toEqual([0, a, c, a, c, 1, c, 1, 0]);
});

test('states are labelled with eight and with three classes, and padding is none', async () => {
  const chains = [
    { id: 'a', residues: 'ACDEFGHI', states: 'HGIEBTSC' },
    { id: 'b', residues: 'AC', states: 'CE' },
  ];
  for await (const { fields, lengths } of chainBatches(chains, residueVocabulary, { window: 1, batchSize: 2 }).epoch(
    0,
  )) {
    const column = (values: ArrayLike<number>, k: number) => Array.from({ length: 8 }, (_, t) => values[2 * t + k]);
    expect([...lengths]).toEqual([2, 8]);
    expect(column(fields.states.data, 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(column(fields.merged.data, 1)).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
    expect(column(fields.states.data, 0)).toEqual([7, 3, -1, -1, -1, -1, -1, -1]);
    expect(column(fields.merged.data, 0)).toEqual([2, 1, -1, -1, -1, -1, -1, -1]);
  }
});

const good = 'id\tACD\tHEC\n';

test.each([
  ['short.tsv', good.repeat(3), 'short.tsv: has 3 chains, expected at least 30'],
  ['cells.tsv', `${good}id\tACD\n`, 'cells.tsv: line 2: 2 cells, expected 3: id, residues and states between tabs'],
  ['empty-line.tsv', `${good}\r\n${good}id\tACD\tHE\n`, 'empty-line.tsv: line 4: 3 residues and 2 states'],
  [
    'long.tsv',
    `${good}long\t${'A'.repeat(longest + 1)}\t${'H'.repeat(longest + 1)}\n`,
    `line 2: chain "long" has ${longest + 1} residues, expected at most ${longest}`,
  ],
  ['unequal.tsv', `${good}id\tACD\tHE\n`, 'line 2: 3 residues and 2 states, expected as many of both, at least one'],
  ['state.tsv', 'id\tACD\tHZC\n', 'line 1: state "Z" at residue 2, expected one of HGIEBTSC'],
  ['residue.tsv', 'id\tA1D\tHEC\n', 'line 1: residue "1" at place 2, expected a capital letter'],
  [
    'bomb.tsv.gz',
    gzipSync(Buffer.alloc(2 ** 27, 'A')),
    'bomb.tsv.gz: cannot be unpacked: holds more than 16777216 bytes in',
  ],
  ['cut.tsv.gz', gzipSync(good.repeat(50)).subarray(0, 20), 'cut.tsv.gz: cannot be unpacked: unexpected end of file'],
])('says what is wrong with %s', async (name, content, message) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  await expect(readChains(path)).rejects.toThrow(message);
});

test('takes no device for a file', async () => {
  await expect(readChains('/dev/zero')).rejects.toThrow('/dev/zero: cannot be read: is a device or a pipe');
});

test('says when there is no file', async () => {
  await expect(readChains(join(folder, 'none.tsv'))).rejects.toThrow(/none\.tsv: cannot be read: ENOENT/);
});
