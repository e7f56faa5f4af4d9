import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ReadCsvOptions, readCsv } from '../table/read-csv.ts';
import { type ReadJsonOptions, readJson } from '../table/read-json.ts';
import type { Table } from '../table/table.ts';
import { readTextFile } from './read-text.ts';

/**
 * Reads a CSV file piece by piece, as `readCsv` reads; errors start with its path.
 * @throws as `readCsv`; Node's own error when the file cannot be read
 */
export async function readCsvFile(
  path: string,
  options: Omit<ReadCsvOptions, 'source' | 'totalBytes'> = {},
): Promise<Table> {
  const { size } = await stat(path);
  return readCsv(createReadStream(path), { ...options, source: path, totalBytes: size });
}

/**
 * Reads a JSON file as `readJson` reads; errors start with its path.
 * @throws as `readJson` and `readTextFile`
 */
export async function readJsonFile(path: string, options: Omit<ReadJsonOptions, 'source'> = {}): Promise<Table> {
  return readJson(await readTextFile(path), { ...options, source: path });
}
