import { FormatError, quote } from '@sluice/core';
import type { Module } from '@sluice/layers';
import type { ModelDefinition, Preprocessing, Readers } from './definition.ts';
import { fileNames, type Header } from './files.ts';
import { type Folder, placeOf, readHeader, readMarked } from './folder.ts';
import { readJson, validate } from './read-json.ts';

/** What the files of a folder say, checked but for whether the weights fit the model, and the header its own mark. */
export interface ModelContents<Config, R extends Readers> {
  readonly header: Header;
  readonly config: Config;
  readonly preprocessing: Preprocessing<R>;
  /** The bytes of the safetensors file. */
  readonly weights: Uint8Array;
}

/** So many saves while one load runs are not of this world. */
const mostChanges = 10;

/**
 * Reads a folder. When a save replaces it meanwhile, so that a file is not the one that the configuration was saved with, all is read again.
 * @throws FormatError naming file and field
 */
export async function readContents<M extends Module, Config, R extends Readers>(
  folder: Folder,
  definition: ModelDefinition<M, Config, R>,
  maximumBytes: number,
  signal: AbortSignal,
): Promise<ModelContents<Config, R>> {
  let header = await readHeader(folder, signal);
  for (let changes = 0; ; changes++) {
    try {
      return await readWith(header, folder, definition, maximumBytes, signal);
    } catch (error) {
      const now = await readHeader(folder, signal);
      if (changes === mostChanges || JSON.stringify(now) === JSON.stringify(header)) throw error;
      header = now;
    }
  }
}

async function readWith<M extends Module, Config, R extends Readers>(
  header: Header,
  folder: Folder,
  definition: ModelDefinition<M, Config, R>,
  maximumBytes: number,
  signal: AbortSignal,
): Promise<ModelContents<Config, R>> {
  const place = placeOf(folder, fileNames.config);
  if (header.kind !== definition.kind) {
    const [got, expected] = [`is ${quote(header.kind)}`, quote(definition.kind)];
    throw new FormatError({ operation: place, argument: 'kind', got, expected });
  }
  const config = await validate(definition.config, header.config, `${place}: config`);
  const total = header.files[fileNames.weights].bytes + header.files[fileNames.preprocessing].bytes;
  if (total > maximumBytes) {
    const expected = `at most maximumBytes, ${maximumBytes}`;
    throw new FormatError({ operation: place, argument: 'files', got: `has ${total} bytes`, expected });
  }
  const [preprocessing, weights] = await Promise.all([
    readMarked(folder, fileNames.preprocessing, header, signal),
    readMarked(folder, fileNames.weights, header, signal),
  ]);
  const source = placeOf(folder, fileNames.preprocessing);
  return { header, config, preprocessing: readPreprocessing(preprocessing, source, definition.preprocessing), weights };
}

function readPreprocessing<R extends Readers>(bytes: Uint8Array, source: string, readers: R): Preprocessing<R> {
  const value = readJson(bytes, source);
  const entries = typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
  const expected = Object.keys(readers).sort();
  if (entries.size !== expected.length || !expected.every((name) => entries.has(name))) {
    const names = [...entries.keys()].slice(0, 20).sort();
    const shown = names.map((name) => quote(name).slice(1, -1)).join(', ');
    const got = entries.size > 0 ? `has ${shown}${entries.size > names.length ? ', ...' : ''}` : 'is empty';
    throw new FormatError({ operation: source, argument: 'preprocessing', got, expected: expected.join(', ') || '{}' });
  }
  const read = ([name, reader]: [string, Readers[string]]) => {
    try {
      return [name, reader(entries.get(name), `${source}: ${name}`)];
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw new FormatError(`${source}: ${name}: ${(cause as Error).message}`, { cause });
    }
  };
  return Object.fromEntries(Object.entries(readers).map(read)) as Preprocessing<R>;
}
