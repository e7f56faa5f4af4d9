import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionError } from '@sluice/core';
import { expect, test } from 'vitest';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as data from './index.ts';
import * as node from './node.ts';
import { readCsvFile } from './node.ts';
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
  ['Scaler.fit', (o) => data.Scaler.fit(Table.ofNumbers({ a: [1, 2] }).matrix(), o), {}, 'Scaler.fit: minCount'],
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

const series = { dtype: 'float32', shape: [4, 1], data: new Float32Array(4) } as const;
const window = { window: 1 };
const dated = await data.readCsv('time,x\n2024-01-01,1\n2024-01-02,2\n');

type Besides =
  | 'calendarFeatures' // Parts of a date by their names, which has its own tests.
  | ('categoryFeatures' | 'countMissing' | 'sliceRows' | 'detectFrequency' | 'findGaps' | 'Frequency'); // A table, a range, times, a frequency.
testOptions<typeof data, Besides>({
  bucketedBatches: (more) => data.bucketedBatches([ids], { batchSize: 1, collate, length, ...more }),
  contiguousBatches: (more) => data.contiguousBatches(ids, { batchSize: 1, timeSteps: 1, ...more }),
  exampleBatches: (more) => data.exampleBatches([ids], { batchSize: 1, collate, ...more }),
  padSequences: (more) => data.padSequences([ids], more),
  readCsv: (more) => data.readCsv('a', more),
  readJson: (more) => data.readJson('[]', more),
  resample: (more) => data.resample(dated, { time: 'time', every: 'day', ...more }),
  rollingOrigins: (more) => data.rollingOrigins(9, { initial: 3, horizon: 1, ...more }),
  sequenceBatches: (more) => data.sequenceBatches([{ ids }], { batchSize: 1, ...more }),
  slidingWindows: (more) => data.slidingWindows(series, { ...window, ...more }),
  windowBatches: (more) => data.windowBatches(series, { ...window, batchSize: 1, ...more }),
});

const json = join(mkdtempSync(join(tmpdir(), 'sluice-data-')), 'none.json');
writeFileSync(json, '[]');
testOptions<typeof node>({
  readCsvFile: (more) => node.readCsvFile(json, more),
  readJsonFile: (more) => node.readJsonFile(json, more),
});
