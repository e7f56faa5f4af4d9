import {
  bytesPerElement,
  type Device,
  FormatError,
  formatShape,
  type Guard,
  OptionError,
  ShapeError,
  sizeOf,
  type URLLike,
} from '@sluice/core';
import { readSafetensors, readSafetensorsHeader, type SafetensorsEntry } from '@sluice/format-safetensors';
import { Module } from '@sluice/layers';
import { type Bounds, type LoadOptions, readBounds, withBounds } from './bounds.ts';
import type { LoadedModel, ModelDefinition, Readers } from './definition.ts';
import { checkHeader, fileNames } from './files.ts';
import { type Folder, folderOf, placeOf, type ReadFile } from './folder.ts';
import { type ModelContents, readContents } from './read-contents.ts';

/**
 * Loads a model from a folder: reads and checks all of it, then makes the model and gives it its weights.
 *
 * A folder is not trusted. What is read is bounded by `options`, and by what `config.json` says of the other files. The model is made with no more
 * memory than twice what the weights take, whatever its configuration says; its initialisers do not run. When anything fails, nothing stays on the
 * device.
 *
 * @param source the address of the folder, fetched file by file, or a function that reads a file by its name: `config.json`,
 * `model.safetensors` and `preprocessing.json`. A query of the address goes along with every file.
 * @throws FormatError naming file and field: a file is missing, malformed, too long or not the one that the others were saved with; the folder is
 * of another kind or version; the configuration or a part of the preprocessing is not what the definition expects; the weights do not fit; or
 * time is over. The reason of the signal when that is aborted
 */
export async function loadModel<M extends Module, Config, R extends Readers>(
  source: string | URLLike | ReadFile,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
  options?: LoadOptions,
): Promise<LoadedModel<M, Config, R>> {
  return loadFrom(folderOf(source), definition, device, options);
}

export async function loadFrom<M extends Module, Config, R extends Readers>(
  folder: Folder,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
  options: LoadOptions | undefined,
): Promise<LoadedModel<M, Config, R>> {
  const bounds: Bounds = readBounds('loadModel', options);
  const contents = await withBounds(folder.name || 'loadModel', bounds, (signal) =>
    readContents(folder, definition, bounds.maximumBytes, signal),
  );
  const { config, preprocessing } = contents;
  // A device that counts what is made takes it all back, whatever `build` has made beside parameters.
  const model = device.attempt<Module>(() => buildModel(folder, definition, device, contents) as Module) as M;
  return { model: model.eval(), config, preprocessing };
}

function buildModel<M extends Module, Config, R extends Readers>(
  folder: Folder,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
  { header, config, preprocessing, weights }: ModelContents<Config, R>,
): M {
  const place = placeOf(folder, fileNames.weights);
  const entries = readSafetensorsHeader(weights, place);
  const model = construct(folder, device, entries, () => definition.build(device, config, preprocessing));
  try {
    model.loadStateDict(readSafetensors(weights, place).tensors);
  } catch (cause) {
    if (!(cause instanceof FormatError) || cause.message.startsWith(place)) throw cause;
    throw new FormatError(`${place}: does not fit ${fileNames.config}: ${cause.message}`, { cause });
  }
  // The last of all checks: the others say which field is wrong.
  checkHeader(header, placeOf(folder, fileNames.config));
  return model;
}

/** Runs `build` within what the weights are worth: a model of their sizes fits, and one that is larger by little, which is told of by name. */
function construct<M extends Module>(
  folder: Folder,
  device: Device,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  build: () => M,
): M {
  let elements = 0;
  for (const { shape } of entries.values()) elements += sizeOf(shape);
  const most = device.liveBytes + 2 * elements * bytesPerElement(device.dtype) + 65_536;
  let arrays = 2 * entries.size + 64;
  const guard: Guard = (operation, shape, bytes) => {
    const problem = { operation, argument: 'result', got: `has shape ${formatShape(shape)}` };
    if (device.liveBytes + bytes > most) {
      const expected = `at most ${most - device.liveBytes} bytes, after what ${fileNames.weights} holds`;
      throw new ShapeError({ ...problem, expected });
    }
    if (arrays-- === 0)
      throw new ShapeError({ ...problem, expected: `no more arrays, after what ${fileNames.weights} holds` });
  };
  try {
    return device.attempt<Module>(() => checkModule(build()), guard) as M;
  } catch (cause) {
    const place = placeOf(folder, fileNames.config);
    throw new FormatError(`${place}: config makes no model: ${(cause as Error).message}`, { cause });
  }
}

function checkModule(model: Module): Module {
  if (model instanceof Module) return model;
  throw new OptionError({ operation: 'build', argument: 'result', got: 'is no Module', expected: 'the model' });
}
