import { access, constants, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Device, OptionError } from '@sluice/core';
import { writeFileWhole } from '@sluice/core/node';
import type { Module } from '@sluice/layers';
import type { LoadedModel, ModelDefinition, Readers } from './definition.ts';
import { encodeModel, type ModelParts } from './encode.ts';
import { type Folder, fileNames, markedFiles, matches, pending, readHeader } from './files.ts';
import { buildModel } from './load.ts';

/**
 * Saves a model into a folder, which is made if there is none: `model.safetensors`, `preprocessing.json`, `README.md` and `config.json`. Other
 * files in it stay as they are.
 *
 * All of it or nothing: the new files lie beside the old ones until `config.json`, which vouches for them, is replaced in one step. Whenever a save
 * fails or its process is killed, the folder loads: as it was before that step, as the new model after it.
 * @throws OptionError naming file and field: the definition does not take back what it is given, or the folder holds something else than an
 * earlier save of the same kind; the errors of the file system. Nothing has changed then.
 */
export async function saveModel<M extends Module, Config, R extends Readers>(
  folder: string,
  definition: ModelDefinition<M, Config, R>,
  parts: ModelParts<NoInfer<M>, NoInfer<Config>, NoInfer<R>>,
): Promise<void> {
  const files = await encodeModel(definition, parts);
  await checkFolder(folder, definition);
  await mkdir(folder, { recursive: true });
  await settle(folder);
  try {
    for (const name of markedFiles) await writeFileWhole(join(folder, pending(name)), files[name]);
    await writeFileWhole(join(folder, fileNames.config), files[fileNames.config]);
  } finally {
    await settle(folder);
  }
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
  const present = await firstPresent(resolve(folder));
  if (!(await stat(present)).isDirectory()) {
    throw new OptionError({ operation: 'saveModel', argument: present, got: 'is a file', expected: 'a folder' });
  }
  await access(present, constants.W_OK);
  if (present === resolve(folder)) await checkReplaceable(folder, kind);
}

/** The path, or the nearest one above it that there is. */
async function firstPresent(path: string): Promise<string> {
  const missing = await stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT' || code === 'ENOTDIR',
  );
  return missing ? firstPresent(dirname(path)) : path;
}

/**
 * Loads a model from a folder; see `loadModel` of the main entry.
 * @param folder path of the folder
 * @throws FormatError as there
 */
export async function loadModel<M extends Module, Config, R extends Readers>(
  folder: string,
  definition: ModelDefinition<M, Config, R>,
  device: Device,
): Promise<LoadedModel<M, Config, R>> {
  return buildModel(at(folder), definition, device);
}

/** A README of something else, or a model of another kind, is not ours to replace. */
async function checkReplaceable(folder: string, kind: string): Promise<void> {
  const names = new Set(await readdir(folder));
  const found = Object.values(fileNames).find((name) => names.has(name));
  if (found === undefined) return;
  const expected = `no such file, or those of a model of kind ${JSON.stringify(kind)}`;
  const refuse = (got: string, options?: ErrorOptions): never => {
    throw new OptionError({ operation: 'saveModel', argument: folder, got, expected }, options);
  };
  const header = await readHeader(at(folder)).catch((cause: unknown) =>
    refuse(`holds ${found} of no model that can be read`, { cause }),
  );
  if (header.kind !== kind) refuse(`holds a model of kind ${JSON.stringify(header.kind)}`);
}

function at(folder: string): Folder {
  return { name: folder, read: (name) => readFile(join(folder, name)) };
}

/** Puts the pending files that `config.json` speaks of in their places, and takes away the others. */
async function settle(folder: string): Promise<void> {
  const header = await readHeader(at(folder)).catch(() => undefined);
  for (const name of markedFiles) {
    const path = join(folder, pending(name));
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes && header && matches(bytes, header.files[name])) await rename(path, join(folder, name));
    else await rm(path, { force: true });
  }
}
