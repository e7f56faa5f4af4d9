import { Random } from '@sluice/core';
import type { ModelFiles } from '../index.ts';

/** Files of a folder, in memory. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A model's folder with some bytes of one file changed, or its end cut off: `count` of them, always the same. */
export function* mutatedFolders(files: ModelFiles, count: number, seed = 3): Generator<Files> {
  const names = ['config.json', 'model.safetensors', 'preprocessing.json'] as const;
  const random = new Random(seed);
  const pick = (below: number) => Math.floor(below * random.next());
  for (let round = 0; round < count; round++) {
    const name = names[pick(3)]!;
    const bytes = Uint8Array.from(files[name]);
    for (let i = 0; i <= pick(3); i++) bytes[pick(bytes.length)] = pick(256);
    yield { ...files, [name]: pick(4) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes };
  }
}

/** A model's folder with one bit of one file turned around: every bit of every file. */
export function* flippedFolders(files: ModelFiles): Generator<{ readonly name: string; readonly files: Files }> {
  for (const [name, bytes] of Object.entries(files)) {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      yield { name, files: { ...files, [name]: flipped } };
    }
  }
}

const deep = 200_000;

/** Texts in the place of `config.json` or `preprocessing.json` that no model was saved with, by what is wrong with them. */
export const hostileTexts: Readonly<Record<string, () => string>> = {
  nothing: () => '',
  'a web page': () => '<!doctype html><html></html>',
  'deep arrays': () => '['.repeat(deep) + ']'.repeat(deep),
  'deep objects': () => '{"a":'.repeat(deep) + 1 + '}'.repeat(deep),
  'deep arrays without an end': () => '['.repeat(deep),
  'an array': () => '[]',
  'a number': () => '1',
  'a text that does not end': () => `"${'x'.repeat(100_000)}`,
  'a number beyond all range': () => '{"format":"sluice-model","version":1e400}',
  'a number of many digits': () => `{"version":${'9'.repeat(100_000)}}`,
  'a prototype': () => '{"__proto__":{"format":"sluice-model"}}',
  'an escaped prototype': () => '{"\\u005f_proto__":{}}',
  'a prototype deep inside': () => '{"config":{"a":[{"__proto__":1}]}}',
  'many keys': () => `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":0`).join()}}`,
  'a key of 100,000 characters': () => `{"${'k'.repeat(100_000)}":0}`,
  'what terminals obey': () => '{"\\u001b[2J\\u202e":0}',
  'NUL bytes': () => '\0'.repeat(1000),
  'half of a pair': () => '{"\\ud800":0}',
};
