import { readOptions } from '@sluice/core';
import { streamRegularFile } from '@sluice/core/node';
import { csvDefaults, type ReadCsvOptions, readCsvText } from '../table/read-csv.ts';
import { jsonDefaults, type ReadJsonOptions, readJsonText } from '../table/read-json.ts';
import type { Table } from '../table/table.ts';
import { readTextFile } from './read-text.ts';

/** What `readCsvFile` takes. */
export type ReadCsvFileOptions = Omit<ReadCsvOptions, 'source' | 'totalBytes'>;

/** What `readJsonFile` takes. */
export type ReadJsonFileOptions = Omit<ReadJsonOptions, 'source'>;

/**
 * Reads a CSV file piece by piece, as `readCsv` reads; errors start with its path.
 * @throws as `readCsv`; FormatError when the file cannot be read, or is a pipe or a device, which `readCsv` takes as a stream
 */
export async function readCsvFile(path: string, options: ReadCsvFileOptions = {}): Promise<Table> {
  const given = readOptions<ReadCsvFileOptions, typeof csvDefaults>('readCsvFile', options, csvDefaults);
  const { pieces, size } = await streamRegularFile(path);
  return readCsvText('readCsvFile', pieces, { ...given, source: path, totalBytes: size });
}

/**
 * Reads a JSON file as `readJson` reads; errors start with its path.
 * @throws as `readJson` and `readTextFile`
 */
export async function readJsonFile(path: string, options: ReadJsonFileOptions = {}): Promise<Table> {
  const given = readOptions<ReadJsonFileOptions, typeof jsonDefaults>('readJsonFile', options, jsonDefaults);
  return readJsonText('readJsonFile', path, await readTextFile(path), given);
}
