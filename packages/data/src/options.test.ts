import { OptionError } from '@sluice/core';
import { expect, test } from 'vitest';
import { bucketedBatches } from './bucketed-batches.ts';
import { contiguousBatches } from './contiguous-batches.ts';
import { exampleBatches } from './example-batches.ts';
import { readCsvFile, readJsonFile } from './node.ts';
import { padSequences } from './pad-sequences.ts';
import { sequenceBatches } from './sequence-batches.ts';
import { readCsv } from './table/read-csv.ts';
import { readJson } from './table/read-json.ts';
import { Table } from './table/table.ts';
import { Vocabulary } from './vocabulary.ts';

const ids = Int32Array.of(1, 2, 3);
const collate = (batch: readonly Int32Array[]) => batch;
const length = (one: Int32Array) => one.length;

test.each<[string, (options: never) => unknown, object, string]>([
  [
    'Vocabulary.fromText',
    (o) => Vocabulary.fromText('a', o),
    {},
    'Vocabulary: minCount is no option, expected one of minimumCount',
  ],
  ['Vocabulary.fromTokens', (o) => Vocabulary.fromTokens(['a'], o), {}, 'Vocabulary: minCount'],
  ['padSequences', (o) => padSequences([ids], o), {}, 'padSequences: minCount'],
  [
    'contiguousBatches',
    (o) => contiguousBatches(ids, o),
    { batchSize: 1, timeSteps: 1 },
    'contiguousBatches: minCount',
  ],
  ['exampleBatches', (o) => exampleBatches([ids], o), { batchSize: 1, collate }, 'exampleBatches: minCount'],
  ['bucketedBatches', (o) => bucketedBatches([ids], o), { batchSize: 1, collate, length }, 'bucketedBatches: minCount'],
  ['sequenceBatches', (o) => sequenceBatches([{ ids }], o), { batchSize: 1 }, 'sequenceBatches: minCount'],
  ['readCsv', (o) => readCsv('a', o), {}, 'readCsv: minCount'],
  ['readCsvFile', (o) => readCsvFile('none.csv', o), {}, 'readCsvFile: minCount'],
  ['readJson', (o) => readJson('[]', o), {}, 'readJson: minCount'],
  ['readJsonFile', (o) => readJsonFile('none.json', o), {}, 'readJsonFile: minCount'],
  ['Table.matrix', (o) => Table.ofNumbers({ a: [1] }).matrix(undefined, o), {}, 'matrix: minCount'],
])('%s refuses what is no option, and takes undefined for none', async (_, call, good, message) => {
  const outcome = async (options: object) => {
    try {
      await call(options as never);
      return 'taken';
    } catch (error) {
      return error;
    }
  };
  const error = await outcome({ ...good, minCount: 2 });
  expect(error).toBeInstanceOf(OptionError);
  expect((error as Error).message).toContain(message);
  expect(String(await outcome({ ...good, seed: undefined, source: undefined }))).not.toContain('undefined');
});

test('errors name the function that was called', async () => {
  expect(() => sequenceBatches([{ ids }], { batchSize: 0 })).toThrow('sequenceBatches: batchSize is 0');
  expect(() => sequenceBatches([{ ids }], { batchSize: 1, bucketBatches: 0 })).toThrow(
    'sequenceBatches: bucketBatches',
  );
  expect(() => sequenceBatches([{ ids }], {} as never)).toThrow('sequenceBatches: batchSize is missing');
  await expect(readCsvFile(import.meta.filename, { decimal: ',', thousands: ',' })).rejects.toThrow(
    'readCsvFile: thousands is ","',
  );
  await expect(readCsv(5 as never)).rejects.toThrow('readCsv: text is a number, expected a text, its bytes or a');
  await expect(
    readCsv({
      async *[Symbol.asyncIterator]() {
        yield 'a';
      },
    } as never),
  ).rejects.toThrow('text yields a string');
  expect(() => readJson(undefined as never)).toThrow('readJson: text is undefined, expected a text');
});
