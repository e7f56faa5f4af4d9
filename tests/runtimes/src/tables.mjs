import { writeFile } from 'node:fs/promises';
import {
  bucketedBatches,
  calendarFeatures,
  padSequences,
  readCsv,
  readJson,
  Scaler,
  Vocabulary,
  windowBatches,
} from '@sluice/data';
import { readCsvFile, readJsonFile, readLines } from '@sluice/data/node';

const days = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2024, 0, i + 1)).toISOString().slice(0, 10));
const german = days.map(
  (day, i) => `${day.split('-').reverse().join('.')}; 1.00${i % 10},5 ;"${i % 3 ? 'é' : 'a;""b\r\nc'}"`,
);
const csv = `\ufeff# about\r\nday; "load, MW" ;sky\r\n${german.join('\r\n')}\r\n`;
const options = /** @type {const} */ ({
  delimiter: 'auto',
  comment: '#',
  decimal: ',',
  thousands: '.',
  dateOrder: 'dayFirst',
});

/**
 * What `@sluice/data` makes of tables, texts and series, as plain data: the same in every runtime.
 * @param {string} folder that may be written into
 */
export async function readTables(folder) {
  const bytes = new TextEncoder().encode(csv);
  const pieces = (/** @type {number} */ size) =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
        controller.close();
      },
    });
  const tables = [
    await readCsv(csv, options),
    await readCsv(bytes, options),
    await readCsv(/** @type {any} */ (pieces(1)), options),
    await readCsv(/** @type {any} */ (pieces(97)), options),
  ];
  const rows = JSON.stringify(
    days.map((day, i) => ({ day, load: i / 7, ...(i % 2 ? { rain: 1e-300 } : {}) })),
    null,
    1,
  );
  tables.push(readJson(rows));
  await writeFile(`${folder}/table.csv`, csv);
  await writeFile(`${folder}/table.json`, rows);
  tables.push(await readCsvFile(`${folder}/table.csv`, options), await readJsonFile(`${folder}/table.json`));
  const lines = [];
  for await (const line of readLines(`${folder}/table.csv`)) lines.push(line);

  const large = await readCsv(`a,b\n${'1.25,x\n'.repeat(200_000)}`);
  const refusals = [];
  for (const text of ['a,b\n1\n', 'a\n"x\n', 'a\n1"2\n', '', 'a,a\n']) {
    refusals.push(await readCsv(text).catch((/** @type {Error} */ error) => error.message));
  }
  for (const text of ['[{"a":1e999}]', '['.repeat(100_000), '[{"a":1,}]', '{}']) {
    try {
      refusals.push(readJson(text).names);
    } catch (error) {
      refusals.push(/** @type {Error} */ (error).message);
    }
  }

  const [table] = /** @type {[import('@sluice/data').Table]} */ (/** @type {unknown} */ (tables));
  const series = table.matrix();
  const scaler = Scaler.fit(series);
  const windows = [];
  const windowOptions = { window: 5, horizon: 2, batchSize: 16, seed: 3 };
  for await (const { inputs } of windowBatches(scaler.transform(series), windowOptions).epoch(0)) windows.push(inputs);
  const features = calendarFeatures(table.dates('day'), { dayOfWeek: 'oneHot', month: 'cyclic' });
  const vocabulary = Vocabulary.fromText(csv);
  const ids = lines.map((line) => vocabulary.encode(line));
  const batches = [];
  const source = bucketedBatches(ids, {
    batchSize: 8,
    seed: 1,
    length: ({ length }) => length,
    collate: (some) => padSequences(some),
  });
  for await (const { values } of source.epoch(1)) batches.push(values);
  return plain({
    tables,
    lines,
    large: [large.length, large.numbers('a').at(-1)],
    refusals,
    windows,
    features,
    batches,
  });
}

/**
 * Typed arrays and maps as lists, and numbers that JSON has not as texts.
 * @returns {unknown}
 */
function plain(/** @type {unknown} */ value) {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (ArrayBuffer.isView(value) || value instanceof Map || Array.isArray(value)) {
    return Array.from(/** @type {Iterable<unknown>} */ (/** @type {unknown} */ (value)), plain);
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
