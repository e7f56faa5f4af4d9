import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device } from '@sluice/core';
import { readRegularFile } from '@sluice/core/node';
import type { Module } from '@sluice/layers';
import type { LoadOptions } from './bounds.ts';
import type { LoadedModel, ModelDefinition, Readers } from './definition.ts';
import { encodeModel, type ModelParts } from './encode.ts';
import { loadFrom } from './load.ts';
import { checkPlace } from './node/check-place.ts';
import { replaceFiles } from './node/replace-files.ts';

/**
 * Saves a model into a folder, which is made if there is none: `model.safetensors`, `preprocessing.json`, `README.md` and `config.json`. Other
 * files in it stay as they are.
 *
 * All of it or nothing: the new files lie beside the old ones until `config.json`, which vouches for them, is replaced in one step. Whenever a save
 * fails or its process is killed, the folder loads: as it was before that step, as the new model after it. What a killed save has left is taken
 * away by the next one. Any number of saves may run at one time, in any number of processes: the folder is then one of them, whole.
 * @throws OptionError naming file and field: the definition does not take back what it is given, weights are not numbers, or the folder holds
 * something else than an earlier save of the same kind; the errors of the file system. Nothing has changed then but that an empty folder may be left.
 */
export async function saveModel<M extends Module, Config, R extends Readers>(
  folder: string,
  definition: ModelDefinition<M, Config, R>,
  parts: ModelParts<NoInfer<M>, NoInfer<Config>, NoInfer<R>>,
): Promise<void> {
  const files = await encodeModel(definition, parts);
  await checkPlace(folder, definition.kind);
  await mkdir(folder, { recursive: true });
  await replaceFiles(folder, definition.kind, files);
}

/**
 * Says what `saveModel` would refuse, and makes nothing: what is to be called before a long training.
 * @param folder path of a folder, which need not exist yet
 * @throws OptionError when the path or one above it is no folder, or the folder holds something else than an earlier save of the same kind; the
 * errors of the file system, such as that of a folder that may not be written into
 */
export async function checkFolder<M extends Module, Config, R extends Readers>(
  folder: string,
  { kind }: ModelDefinition<M, Config, R>,
): Promise<void> {
  await checkPlace(folder, kind);
}

/**
 * Loads a model from a folder; see `loadModel` of the main entry. Only regular files are read, or links to such.
 * @param folder path of the folder
 * @throws FormatError as there
 */
export async function loadModel<M extends Module, Config, R extends Readers>(
  folder: string,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
  options?: LoadOptions,
): Promise<LoadedModel<M, Config, R>> {
  const read = (name: string, { maximumBytes }: { readonly maximumBytes: number }) =>
    readRegularFile(join(folder, name), maximumBytes);
  return loadFrom({ name: folder, read }, definition, device, options);
}
