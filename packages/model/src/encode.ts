import { FormatError, OptionError } from '@sluice/core';
import { writeSafetensors } from '@sluice/format-safetensors';
import type { Module } from '@sluice/layers';
import { type ModelCard, renderCard } from './card.ts';
import type { LoadedModel, ModelDefinition, Readers } from './definition.ts';
import { fileNames, type Header, type MarkedFile, markOf } from './files.ts';
import { readContents } from './load.ts';

/** A model with all that belongs to it. */
export interface ModelParts<M extends Module, Config, R extends Readers> extends LoadedModel<M, Config, R> {
  readonly card: ModelCard;
}

export type ModelFiles = Readonly<Record<MarkedFile | typeof fileNames.config, Uint8Array>>;

/**
 * The files of a model's folder, by name. They have been read again: what the definition does not take back is refused here.
 * @throws OptionError naming file and field: configuration or preprocessing do not survive the way through JSON
 */
export async function encodeModel<M extends Module, Config, R extends Readers>(
  definition: ModelDefinition<M, Config, R>,
  parts: ModelParts<NoInfer<M>, NoInfer<Config>, NoInfer<R>>,
): Promise<ModelFiles> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const files: Readonly<Record<MarkedFile, Uint8Array>> = {
    [fileNames.weights]: writeSafetensors(await parts.model.stateDict()),
    [fileNames.preprocessing]: encode(`${JSON.stringify(parts.preprocessing)}\n`),
    [fileNames.card]: encode(renderCard(parts.card)),
  };
  const marks = Object.entries(files).map(([name, bytes]) => [name, markOf(bytes)]);
  const header: Header = {
    format: 'sluice-model',
    version: 1,
    kind: definition.kind,
    config: parts.config,
    files: Object.fromEntries(marks) as Header['files'],
  };
  const all: ModelFiles = { ...files, [fileNames.config]: encode(`${JSON.stringify(header, null, 2)}\n`) };
  await checkReadable(definition, all);
  return all;
}

async function checkReadable<M extends Module, Config, R extends Readers>(
  definition: ModelDefinition<M, Config, R>,
  files: ModelFiles,
): Promise<void> {
  try {
    await readContents({ name: '', read: async (name) => files[name as MarkedFile] }, definition);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new OptionError(`encodeModel: what was saved could not be loaded: ${cause.message}`, { cause });
  }
}
