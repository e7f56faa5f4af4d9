import { type AbortSignalLike, FormatError, OptionError, type URLLike } from '@sluice/core';
import { fetchBytes, fileAddress } from './fetch-bytes.ts';
import {
  type FileMark,
  fileNames,
  type Header,
  type MarkedFile,
  markOf,
  matches,
  mostHeaderBytes,
  parseHeader,
  pending,
} from './files.ts';

/** What bounds the reading of one file. */
export interface ReadLimits {
  /** More are not wanted: a longer file is refused. */
  readonly maximumBytes: number;
  /** An `AbortSignal`: aborted when the result is not wanted any more. */
  readonly signal: AbortSignalLike;
}

/** Reads one file of a folder by its name; rejects when there is none. */
export type ReadFile = (name: string, limits: ReadLimits) => Promise<Uint8Array>;

/** The files of one folder, as far as they can be read. */
export interface Folder {
  /** Begins the messages of errors, e.g. a path. */
  readonly name: string;
  readonly read: ReadFile;
}

export function placeOf(folder: Folder, name: string): string {
  return folder.name === '' ? name : `${folder.name}/${name}`;
}

/** A folder behind an address, or whatever a function reads. */
export function folderOf(source: string | URLLike | ReadFile): Folder {
  if (typeof source === 'function') return { name: '', read: source };
  const text: unknown = typeof source === 'string' ? source : source?.href;
  if (typeof text !== 'string') {
    const [got, expected] = [`is ${source === null ? 'null' : typeof source}`, 'an address or a function'];
    throw new OptionError({ operation: 'loadModel', argument: 'source', got, expected });
  }
  return {
    name: fileAddress(text).folder,
    read: (name, limits) => fetchBytes(fileAddress(text, name).file, limits),
  };
}

/** @throws FormatError naming file and field */
export async function readHeader(folder: Folder, signal: AbortSignal): Promise<Header> {
  const bytes = await readOrRefuse(folder, fileNames.config, { maximumBytes: mostHeaderBytes, signal });
  return parseHeader(bytes, placeOf(folder, fileNames.config));
}

/**
 * The file as it was saved together with `config.json`, wherever a save that was killed has left it.
 * @throws FormatError naming the file: it cannot be read, or it is not the one that was saved
 */
export async function readMarked(
  folder: Folder,
  name: MarkedFile,
  header: Header,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const expected = header.files[name];
  const limits = { maximumBytes: expected.bytes, signal };
  try {
    return check(folder, name, expected, await readOrRefuse(folder, name, limits));
  } catch (error) {
    // A save may have moved the file from there to here meanwhile.
    for (const place of [pending(name), name]) {
      const found = await folder.read(place, limits).catch(() => undefined);
      if (found instanceof Uint8Array && matches(found, expected)) return found;
    }
    throw error;
  }
}

function check(folder: Folder, name: MarkedFile, expected: FileMark, found: Uint8Array): Uint8Array {
  if (matches(found, expected)) return found;
  const { bytes, crc32 } = markOf(found);
  const problem = `has ${bytes} bytes with the CRC-32 ${crc32}, expected ${expected.bytes} and ${expected.crc32}`;
  throw new FormatError(
    `${placeOf(folder, name)}: is not the file that ${fileNames.config} was saved with: it ${problem}`,
  );
}

async function readOrRefuse(folder: Folder, name: string, limits: ReadLimits): Promise<Uint8Array> {
  const place = placeOf(folder, name);
  let bytes: unknown;
  try {
    bytes = await folder.read(name, limits);
  } catch (cause) {
    // What reads regular files names them itself.
    if (cause instanceof FormatError && cause.message.startsWith(place)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${place}: cannot be read: ${reason}`, { cause });
  }
  if (!(bytes instanceof Uint8Array)) throw new FormatError(`${place}: cannot be read: is no Uint8Array`);
  if (bytes.length > limits.maximumBytes) {
    throw new FormatError(`${place}: has ${bytes.length} bytes, expected at most ${limits.maximumBytes}`);
  }
  return bytes;
}
