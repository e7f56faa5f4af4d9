import { constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FormatError, OptionError, quote } from '@sluice/core';
import { fileNames, type Header, mostHeaderBytes, parseHeader } from '../files.ts';

/** @throws OptionError or the errors of the file system, when a model of this kind cannot be saved into the folder */
export async function checkPlace(folder: string, kind: string): Promise<void> {
  const present = await firstPresent(resolve(folder));
  if (!(await stat(present)).isDirectory()) {
    throw new OptionError({ operation: 'saveModel', argument: present, got: 'is a file', expected: 'a folder' });
  }
  await access(present, constants.W_OK);
  if (present === resolve(folder)) checkReplaceable(folder, kind);
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
 * A README of something else, or a model of another kind, is not ours to replace.
 * @throws OptionError
 */
export function checkReplaceable(folder: string, kind: string): void {
  const names = new Set(readdirSync(folder));
  const found = Object.values(fileNames).find((name) => names.has(name));
  if (found === undefined) return;
  const expected = `no such file, or those of a model of kind ${quote(kind)}`;
  const refusal = (got: string, options?: ErrorOptions) =>
    new OptionError({ operation: 'saveModel', argument: folder, got, expected }, options);
  let header: Header;
  try {
    header = readHeaderNow(folder);
  } catch (cause) {
    throw refusal(`holds ${found} of no model that can be read`, { cause });
  }
  if (header.kind !== kind) throw refusal(`holds a model of kind ${quote(header.kind)}`);
}

/** @throws FormatError, or the errors of the file system */
export function readHeaderNow(folder: string): Header {
  const path = join(folder, fileNames.config);
  const found = statSync(path);
  if (!found.isFile() || found.size > mostHeaderBytes) throw new FormatError(`${path}: is no configuration of a model`);
  return parseHeader(readFileSync(path), path);
}
