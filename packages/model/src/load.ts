import { type Device, FormatError, type TensorData, type URLLike } from '@sluice/core';
import { readSafetensors } from '@sluice/format-safetensors';
import type { Module } from '@sluice/layers';
import type { LoadedModel, ModelDefinition, Preprocessing, Readers } from './definition.ts';
import { type Folder, fileNames, type Header, placeOf, type ReadFile, readHeader, readMarked } from './files.ts';
import { parseJson, validate } from './read-json.ts';

/** What the files of a folder say, checked but for whether the weights fit the model. */
export interface ModelContents<Config, R extends Readers> {
  readonly header: Header;
  readonly config: Config;
  readonly preprocessing: Preprocessing<R>;
  readonly weights: ReadonlyMap<string, TensorData>;
}

/**
 * Loads a model from a folder: reads and checks all of it, then makes the model and gives it its weights.
 *
 * @param source the address of the folder, fetched file by file, or a function that reads a file by its name: `config.json`,
 * `model.safetensors` and `preprocessing.json`
 * @throws FormatError naming file and field: a file is missing, malformed or not the one that the others were saved with; the folder is of
 * another kind or version; the configuration or a part of the preprocessing is not what the definition expects; or the weights do not fit
 */
export async function loadModel<M extends Module, Config, R extends Readers>(
  source: string | URLLike | ReadFile,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
): Promise<LoadedModel<M, Config, R>> {
  return buildModel(folderOf(source), definition, device);
}

/** A folder behind an address, or whatever a function reads. */
function folderOf(source: string | URLLike | ReadFile): Folder {
  if (typeof source === 'function') return { name: '', read: source };
  const name = (typeof source === 'string' ? source : source.href).replace(/\/+$/, '');
  const read = async (file: string) => {
    const response = await fetch(`${name}/${file}`);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    return new Uint8Array(await response.arrayBuffer());
  };
  return { name, read };
}

export async function buildModel<M extends Module, Config, R extends Readers>(
  folder: Folder,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
): Promise<LoadedModel<M, Config, R>> {
  const { config, preprocessing, weights } = await readContents(folder, definition);
  const model = construct(folder, () => definition.build(device, config, preprocessing));
  try {
    model.loadStateDict(weights);
  } catch (cause) {
    model.dispose();
    if (!(cause instanceof FormatError)) throw cause;
    const place = placeOf(folder, fileNames.weights);
    throw new FormatError(`${place}: does not fit ${fileNames.config}: ${cause.message}`, { cause });
  }
  return { model: model.eval(), config, preprocessing };
}

function construct<M>(folder: Folder, build: () => M): M {
  try {
    return build();
  } catch (cause) {
    const place = placeOf(folder, fileNames.config);
    throw new FormatError(`${place}: config makes no model: ${(cause as Error).message}`, { cause });
  }
}

export async function readContents<M extends Module, Config, R extends Readers>(
  folder: Folder,
  definition: ModelDefinition<M, Config, R>,
): Promise<ModelContents<Config, R>> {
  const header = await readHeader(folder);
  const place = placeOf(folder, fileNames.config);
  if (header.kind !== definition.kind) {
    const [got, expected] = [`is ${JSON.stringify(header.kind)}`, JSON.stringify(definition.kind)];
    throw new FormatError({ operation: place, argument: 'kind', got, expected });
  }
  const config = await validate(definition.config, header.config, `${place}: config`);
  const [preprocessing, weights] = await Promise.all([
    readMarked(folder, fileNames.preprocessing, header),
    readMarked(folder, fileNames.weights, header),
  ]);
  return {
    header,
    config,
    preprocessing: readPreprocessing(preprocessing, placeOf(folder, fileNames.preprocessing), definition.preprocessing),
    weights: readSafetensors(weights, placeOf(folder, fileNames.weights)).tensors,
  };
}

function readPreprocessing<R extends Readers>(bytes: Uint8Array, source: string, readers: R): Preprocessing<R> {
  const value = parseJson(bytes, source);
  const entries = typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
  const [found, expected] = [[...entries.keys()], Object.keys(readers)];
  if (found.sort().join() !== expected.sort().join()) {
    const got = found.length > 0 ? `has ${found.join(', ')}` : 'is empty';
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
