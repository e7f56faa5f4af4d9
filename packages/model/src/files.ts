import { crc32, FormatError } from '@sluice/core';
import * as v from 'valibot';
import { parseJson, validate } from './read-json.ts';

/** Names of the files in a model's folder. */
export const fileNames = {
  config: 'config.json',
  weights: 'model.safetensors',
  preprocessing: 'preprocessing.json',
  card: 'README.md',
} as const;

/** The files that `config.json` vouches for. */
export const markedFiles = [fileNames.weights, fileNames.preprocessing, fileNames.card] as const;

export type MarkedFile = (typeof markedFiles)[number];

/** Where a save puts a file until `config.json` speaks of it. */
export const pending = (name: MarkedFile) => `${name}.new`;

/** Length and CRC-32 in hexadecimal digits. */
export interface FileMark {
  readonly bytes: number;
  readonly crc32: string;
}

const mark = v.strictObject({ bytes: v.number(), crc32: v.string() });

/** `config.json` without what the app says of `config`. */
const headerSchema = v.strictObject({
  format: v.literal('sluice-model'),
  /** Raised by every change that an older reader would misread. */
  version: v.literal(1),
  kind: v.string(),
  config: v.unknown(),
  files: v.strictObject({
    [fileNames.weights]: mark,
    [fileNames.preprocessing]: mark,
    [fileNames.card]: mark,
  } satisfies Record<MarkedFile, typeof mark>),
});

export type Header = v.InferOutput<typeof headerSchema>;

/** Reads one file of a folder by its name; rejects when there is none. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** The files of one folder, as far as they can be read. */
export interface Folder {
  /** Begins the messages of errors, e.g. a path. */
  readonly name: string;
  readonly read: ReadFile;
}

export function placeOf(folder: Folder, name: string): string {
  return folder.name === '' ? name : `${folder.name}/${name}`;
}

export function markOf(bytes: Uint8Array): FileMark {
  return { bytes: bytes.length, crc32: crc32(bytes).toString(16).padStart(8, '0') };
}

export function matches(bytes: Uint8Array, expected: FileMark): boolean {
  return bytes.length === expected.bytes && markOf(bytes).crc32 === expected.crc32;
}

/** @throws FormatError naming file and field */
export async function readHeader(folder: Folder): Promise<Header> {
  const source = placeOf(folder, fileNames.config);
  return validate(headerSchema, parseJson(await readOrRefuse(folder, fileNames.config), source), source);
}

/**
 * The file as it was saved together with `config.json`, wherever a save that was killed has left it.
 * @throws FormatError naming the file: it cannot be read, or it is not the one that was saved
 */
export async function readMarked(folder: Folder, name: MarkedFile, header: Header): Promise<Uint8Array> {
  const expected = header.files[name];
  const attempt = readOrRefuse(folder, name);
  const found = await attempt.catch(() => undefined);
  if (found && matches(found, expected)) return found;
  const left = await folder.read(pending(name)).catch(() => undefined);
  if (left && matches(left, expected)) return left;
  const { bytes, crc32 } = markOf(await attempt);
  const problem = `has ${bytes} bytes with the CRC-32 ${crc32}, expected ${expected.bytes} and ${expected.crc32}`;
  throw new FormatError(
    `${placeOf(folder, name)}: is not the file that ${fileNames.config} was saved with: it ${problem}`,
  );
}

async function readOrRefuse(folder: Folder, name: string): Promise<Uint8Array> {
  try {
    return await folder.read(name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${placeOf(folder, name)}: cannot be read: ${reason}`, { cause });
  }
}
