import { type Device, readOptions, required } from '@sluice/core';
import type { Module } from '@sluice/layers';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** For each entry of preprocessing what makes it from its JSON again, such as `Vocabulary.fromJSON`; `source` begins the messages of errors. */
export type Readers = Readonly<Record<string, (value: unknown, source: string) => unknown>>;

/** What the readers make: vocabularies, scalers, lists of labels. On the way to a file, JSON is made of each, by its `toJSON` if it has one. */
export type Preprocessing<R extends Readers> = { readonly [Name in keyof R]: ReturnType<R[Name]> };

/** A sort of model: what it takes to make one of files. */
export interface ModelDefinition<M extends Module, Config, R extends Readers> {
  /** Its name, which tells its folders from those of others. */
  readonly kind: string;
  /** What a configuration looks like: a schema of Valibot, Zod or any other library that follows Standard Schema. It must take what it makes. */
  readonly config: StandardSchemaV1<unknown, Config>;
  /** What belongs to the model beside its weights. */
  readonly preprocessing: R;
  /** Makes the model, with any weights. */
  readonly build: (device: Device, config: Config, preprocessing: Preprocessing<R>) => M;
}

/** What a folder holds, ready to predict. */
export interface LoadedModel<M extends Module, Config, R extends Readers> {
  /** In evaluation mode. It belongs to the caller, who disposes of it. */
  readonly model: M;
  readonly config: Config;
  readonly preprocessing: Preprocessing<R>;
}

/**
 * The definition itself: gives TypeScript the types of its parts.
 * @throws OptionError for a part that is missing or unknown
 * @example
 * const tagger = defineModel({
 *   kind: 'tagger',
 *   config: v.object({ hidden: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096)) }),
 *   preprocessing: { words: Vocabulary.fromJSON, tags: Vocabulary.fromJSON },
 *   build: (device, { hidden }, { words, tags }) =>
 *     new LSTM(device, { inputSize: words.size, hiddenSize: hidden, projectionSize: tags.size }),
 * });
 */
export function defineModel<M extends Module, Config, R extends Readers>(
  definition: ModelDefinition<M, Config, R>,
): ModelDefinition<M, Config, R> {
  const names = { kind: required, config: required, preprocessing: required, build: required } as const;
  readOptions<object, typeof names>('defineModel', definition, names);
  return definition;
}
