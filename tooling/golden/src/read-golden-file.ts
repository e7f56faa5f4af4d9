import { readFile } from 'node:fs/promises';
import { FormatError } from '@sluice/core';
import { checkGoldenFile, type GoldenFile } from './golden-file.ts';

/** @throws FormatError naming the file, and the place in it, when it cannot be read or is not of the format. */
export async function readGoldenFile(path: string): Promise<GoldenFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FormatError(`${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path}: is not JSON (${(error as Error).message})`);
  }
  return checkGoldenFile(value, path);
}
