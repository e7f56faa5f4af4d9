import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { readCsv, readJson } from '@sluice/data';
import { readCsvFile, readJsonFile, readLines, readTextFile } from '@sluice/data/node';
import { readSafetensors } from '@sluice/format-safetensors';
import { encodeModel, loadModel } from '@sluice/model';
import { loadCheckpoint } from '@sluice/training/node';
import { afterAll, expect, it } from 'vitest';
import { readImage } from '../../../apps/digits/src/read-image.ts';
import { hostilePictures } from '../../../apps/digits/src/testing/hostile.ts';
import { readRNumbers } from '../../../apps/forecast/src/data/r-data.ts';
import { readChains } from '../../../apps/protein/src/chains.ts';
import { parseFasta } from '../../../apps/protein/src/fasta.ts';
import { parseSentences } from '../../../apps/tagger/src/corpus.ts';
import { hostileFiles } from '../../../packages/adapters/format-safetensors/src/testing/hostile.ts';
import { hostileTexts } from '../../../packages/model/src/testing/hostile.ts';
import { createParts, definition } from '../../../packages/model/src/testing/support.ts';
import { rData } from './samples.ts';
import { isRefusal, watch } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mebibyte = 2 ** 20;
const device = new Device(createJsBackend());
const files = encodeModel(definition, createParts(3));
const fifo = join(folder, 'fifo');
execFileSync('mkfifo', [fifo]);

const inFile = (name: string, bytes: Uint8Array | string, load: (path: string) => unknown) => () => {
  const path = join(folder, name.replaceAll('/', '-'));
  writeFileSync(path, bytes);
  return load(path);
};

async function drain(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) line.length;
}

const bomb = gzipSync(Buffer.alloc(2 ** 27));
const good = 'a\tACD\tHEC\n'.repeat(40);
const deep = 200_000;

/** Tables, sequences and data that do harm to a reader which believes them. */
const others: Readonly<Record<string, () => unknown>> = {
  'CSV: a quote that never ends': () => readCsv(`a,b\n"${'x'.repeat(5_000_000)}`),
  'CSV: a cell of 10 MB': () => readCsv(`a\n${'9'.repeat(10_000_000)}\n`),
  'CSV: 500,000 columns': () => readCsv(`${'a,'.repeat(500_000)}\n1\n`),
  'CSV: a name twice': () => readCsv('a,a\n1,2\n'),
  'CSV: a row that is too long': () => readCsv('a,b\n1,2,3\n'),
  'CSV: bytes that are no text': inFile('bytes.csv', Uint8Array.of(97, 10, 0xff, 10), readCsvFile),
  'CSV: /dev/zero': () => readCsvFile('/dev/zero'),
  'CSV: a pipe': () => readCsvFile(fifo),
  'CSV: a folder': () => readCsvFile(folder),
  'JSON: deep arrays': () => readJson('['.repeat(deep) + ']'.repeat(deep)),
  'JSON: deep objects': () => readJson(`[${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}]`),
  'JSON: a number beyond all range': () => readJson('[{"a":1e999}]'),
  'JSON: a name in each row': () => readJson(`[${Array.from({ length: 4000 }, (_, i) => `{"k${i}":1}`).join()}]`),
  'JSON: a prototype': () => readJson('[{"__proto__":{"a":1}}]'),
  'JSON: a name twice': () => readJson('[{"a":1,"a":2}]'),
  'JSON: /dev/zero': () => readJsonFile('/dev/zero'),
  'text: /dev/zero': () => readTextFile('/dev/zero'),
  'text: a pipe': () => readTextFile(fifo),
  'lines: /dev/zero': () => drain(readLines('/dev/zero')),
  'lines: a pipe': () => drain(readLines(fifo)),
  'checkpoint: /dev/zero': () => loadCheckpoint('/dev/zero'),
  'checkpoint: a pipe': () => loadCheckpoint(fifo),
  'checkpoint: a text': inFile('text.checkpoint', 'not a checkpoint', loadCheckpoint),
  'FASTA: 400,000 lines of one chain': () => parseFasta(`>a\n${'A\n'.repeat(400_000)}`, 'file'),
  'FASTA: 200,000 stops': () => parseFasta(`>a\n${'*'.repeat(200_000)}`, 'file'),
  'FASTA: a name of 1 MB without residues': () => parseFasta(`>${'n'.repeat(1_000_000)}\n`, 'file'),
  'FASTA: what terminals obey': () => parseFasta('>\u001b[2J\nA1\n', 'file'),
  'chains: a bomb': inFile('bomb.tsv.gz', gzipSync(Buffer.alloc(2 ** 27, 'A')), readChains),
  'chains: /dev/zero': () => readChains('/dev/zero'),
  'chains: a pipe': () => readChains(fifo),
  'chains: a residue of 20,000 letters': inFile(
    'long.tsv',
    `${good}b\t${'A'.repeat(20_000)}\t${'H'.repeat(20_000)}\n`,
    readChains,
  ),
  'pictures: /dev/zero': () => readImage('/dev/zero'),
  'pictures: a pipe': () => readImage(fifo),
  "R's index: a bomb": () => readRNumbers(bomb, rData().database, 'load', 'file'),
  "R's index: nothing": () => readRNumbers(new Uint8Array(0), rData().database, 'load', 'file'),
  "R's database: nothing": () => readRNumbers(rData().index, new Uint8Array(0), 'load', 'file'),
  'sentences: a word of 1 MB without a tag': () => parseSentences('x'.repeat(1_000_000), 'file', (tag) => tag),
  'sentences: 100,000 words': () => parseSentences('a/b '.repeat(100_000), 'file', (tag) => tag),
};

const cases: readonly (readonly [name: string, run: () => unknown])[] = [
  ...hostileFiles.map(([name, bytes]) => [`safetensors: ${name}`, () => readSafetensors(bytes(), 'file')] as const),
  ...(['config.json', 'preprocessing.json'] as const).flatMap((file) =>
    Object.entries(hostileTexts).map(([name, content]) => {
      const bytes = new TextEncoder().encode(content());
      const read = async (asked: string) => (asked === file ? bytes : (await files)[asked as 'config.json']);
      return [`${file}: ${name}`, () => loadModel(read, definition, device)] as const;
    }),
  ),
  ...Object.entries(hostilePictures).map(
    ([name, content]) => [`pictures: ${name}`, inFile(name, content, readImage)] as const,
  ),
  ...Object.entries(others),
];

const costs: { name: string; milliseconds: number; bytes: number }[] = [];

it.each(cases)('%s is refused', async (name, run) => {
  // What is compiled on the way is no cost of the file.
  await watch(run);
  const { error, milliseconds, bytes } = await watch(run);
  expect(isRefusal(error), String(error)).toBe(true);
  expect(device.live).toBe(0);
  costs.push({ name, milliseconds, bytes });
});

it('and so they are told of', async ({ annotate }) => {
  expect(costs).toHaveLength(cases.length);
  const over = costs.filter(({ milliseconds, bytes }) => milliseconds > 50 || bytes > 32 * mebibyte);
  const told = over.map(
    (cost) => `${cost.name} (${Math.ceil(cost.milliseconds)} ms, ${Math.ceil(cost.bytes / mebibyte)} MiB)`,
  );
  const rest = over.length === 0 ? '' : `, but for ${told.join('; ')}`;
  await annotate(`${cases.length} hostile files refused, within 50 ms of CPU and 32 MiB${rest}`, 'figure');
});
