import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FormatError, type TensorData } from '@sluice/core';
import { readSafetensors, type SafetensorsContents, writeSafetensors } from './index.ts';

/**
 * Reads a safetensors file; see `readSafetensors`.
 * @throws FormatError naming the path: the file cannot be read (the system's error is the `cause`), or is not well-formed
 */
export async function readSafetensorsFile(path: string): Promise<SafetensorsContents> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new FormatError(`${path}: cannot be read: ${(cause as Error).message}`, { cause });
  }
  return readSafetensors(bytes, path);
}

/**
 * Writes a safetensors file as a whole or not at all; see `writeFileWhole`.
 * @throws the errors of `writeSafetensors`, and those of the file system
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata?: ReadonlyMap<string, string>,
): Promise<void> {
  await writeFileWhole(path, writeSafetensors(tensors, metadata));
}

/**
 * Writes a file as a whole or not at all: into a temporary file beside it, which is flushed to the disk and renamed, and then the folder is
 * flushed. Whatever fails, a file that was there before stays as it was and no temporary file remains; only a process that is killed
 * meanwhile leaves one, `PATH.*.tmp`, which nothing reads: delete it.
 * @throws the errors of the file system
 */
export async function writeFileWhole(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFlushed(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(dirname(path));
}

async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is on the disk only when its folder is. */
async function flushFolder(path: string): Promise<void> {
  // Windows opens no folders; its rename is written through.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
