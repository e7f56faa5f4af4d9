import { crc32, FormatError } from '@sluice/core';
import * as v from 'valibot';
import { problemsOf, readJson } from './read-json.ts';

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

/** Many times what a configuration needs. */
export const mostHeaderBytes = 2 ** 20;

/** Length and CRC-32 in hexadecimal digits. */
export interface FileMark {
  readonly bytes: number;
  readonly crc32: string;
}

const mark = v.strictObject({ bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), crc32: v.string() });

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
  /** Of all that stands before it; folders from before there was one load without this check. */
  crc32: v.optional(v.string()),
});

export type Header = v.InferOutput<typeof headerSchema>;

export function markOf(bytes: Uint8Array): FileMark {
  return { bytes: bytes.length, crc32: crc32(bytes).toString(16).padStart(8, '0') };
}

export function matches(bytes: Uint8Array, expected: FileMark): boolean {
  return bytes.length === expected.bytes && markOf(bytes).crc32 === expected.crc32;
}

/** The CRC-32 by which a header vouches for itself: that of its values as JSON without spaces, in the order of the format. */
export function headerMark({ format, version, kind, config, files }: Omit<Header, 'crc32'>): string {
  return markOf(new TextEncoder().encode(JSON.stringify({ format, version, kind, config, files }))).crc32;
}

/** @throws FormatError naming source and field */
export function parseHeader(bytes: Uint8Array, source: string): Header {
  const result = v.safeParse(headerSchema, readJson(bytes, source));
  if (!result.success) throw problemsOf(result.issues, source);
  return result.output;
}

/** @throws FormatError when something has changed since the header was written, but for those that hold no mark of their own */
export function checkHeader(header: Header, source: string): void {
  const found = headerMark(header);
  if (header.crc32 === undefined || header.crc32 === found) return;
  const problem = `has the CRC-32 ${found}, expected ${header.crc32}`;
  throw new FormatError(`${source}: is not as it was saved: it ${problem}; without the field crc32 it is not checked`);
}
