import type { TensorData } from '@sluice/core';
import { readRegularFile, writeFileWhole } from '@sluice/core/node';
import { type ReadSafetensorsOptions, readSafetensors, type SafetensorsContents, writeSafetensors } from './index.ts';

/**
 * Reads a safetensors file; see `readSafetensors`.
 * @throws FormatError naming the path: it is no regular file or cannot be read (the system's error is the `cause`), or is not well-formed
 */
export async function readSafetensorsFile(
  path: string,
  options?: ReadSafetensorsOptions,
): Promise<SafetensorsContents> {
  return readSafetensors(await readRegularFile(path), path, options);
}

/**
 * Writes a safetensors file as a whole or not at all; see `writeFileWhole` of `@sluice/core/node`.
 * @throws the errors of `writeSafetensors` and of `writeFileWhole`
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata?: ReadonlyMap<string, string>,
): Promise<void> {
  await writeFileWhole(path, writeSafetensors(tensors, metadata));
}
