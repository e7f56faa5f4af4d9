import { FormatError, isFloat, OptionError, quote, readOptions, required, type TensorData } from '@sluice/core';
import { readSafetensorsHeader, writeSafetensors } from '@sluice/format-safetensors';
import type { Module } from '@sluice/layers';
import { type ModelCard, renderCard } from './card.ts';
import type { LoadedModel, ModelDefinition, Readers } from './definition.ts';
import { fileNames, type Header, headerMark, type MarkedFile, markOf } from './files.ts';
import { readContents } from './read-contents.ts';

const operation = 'encodeModel';

/** A model with all that belongs to it. */
export interface ModelParts<M extends Module, Config, R extends Readers> extends LoadedModel<M, Config, R> {
  readonly card: ModelCard;
}

export type ModelFiles = Readonly<Record<MarkedFile | typeof fileNames.config, Uint8Array>>;

/**
 * The files of a model's folder, by name. They have been read again: what the definition does not take back is refused here.
 * @throws OptionError naming file and field: configuration or preprocessing do not survive the way through JSON, or a weight is NaN or Infinity
 */
export async function encodeModel<M extends Module, Config, R extends Readers>(
  definition: ModelDefinition<M, Config, R>,
  parts: ModelParts<NoInfer<M>, NoInfer<Config>, NoInfer<R>>,
): Promise<ModelFiles> {
  const names = { model: required, config: required, preprocessing: required, card: required } as const;
  readOptions<object, typeof names>(operation, parts, names);
  const { model, config, preprocessing, card } = parts;
  const encode = (text: string) => new TextEncoder().encode(text);
  const weights = await model.stateDict();
  for (const [name, tensor] of weights) checkWeights(name, tensor);
  const files: Readonly<Record<MarkedFile, Uint8Array>> = {
    [fileNames.weights]: writeSafetensors(weights),
    [fileNames.preprocessing]: encode(`${toJson('preprocessing', preprocessing)}\n`),
    [fileNames.card]: encode(renderCard(card)),
  };
  const marks = Object.entries(files).map(([name, bytes]) => [name, markOf(bytes)]);
  const header: Header = {
    format: 'sluice-model',
    version: 1,
    kind: definition.kind,
    config: JSON.parse(toJson('config', config)),
    files: Object.fromEntries(marks) as Header['files'],
  };
  const marked = { ...header, crc32: headerMark(header) };
  const all: ModelFiles = { ...files, [fileNames.config]: encode(`${JSON.stringify(marked, null, 2)}\n`) };
  await checkReadable(definition, all);
  return all;
}

/** A score of -Infinity forbids a step; no other weight that is no number is of any use. */
function checkWeights(name: string, { data, dtype }: TensorData): void {
  if (!isFloat(dtype)) return;
  const at = data.findIndex((value) => !(value < Number.POSITIVE_INFINITY));
  if (at < 0) return;
  const got = `holds ${data[at]} at element ${at}`;
  throw new OptionError({ operation, argument: `model: ${quote(name)}`, got, expected: 'numbers' });
}

function toJson(argument: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const got = `cannot be written as JSON (${(cause as Error).message})`;
    throw new OptionError({ operation, argument, got, expected: 'plain data' }, { cause });
  }
  if (text !== undefined) return text;
  throw new OptionError({ operation, argument, got: `is a ${typeof value}`, expected: 'plain data' });
}

async function checkReadable<M extends Module, Config, R extends Readers>(
  definition: ModelDefinition<M, Config, R>,
  files: ModelFiles,
): Promise<void> {
  const read = async (name: string) => files[name as MarkedFile];
  const { signal } = new AbortController();
  try {
    const { weights } = await readContents({ name: '', read }, definition, Number.POSITIVE_INFINITY, signal);
    readSafetensorsHeader(weights, fileNames.weights);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new OptionError(`${operation}: what was saved could not be loaded: ${cause.message}`, { cause });
  }
}
