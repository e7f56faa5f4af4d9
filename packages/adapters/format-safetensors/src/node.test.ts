import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, type TensorData } from '@sluice/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readSafetensorsFile, writeSafetensorsFile } from './node.ts';

const one = new Map<string, TensorData>([['a', { dtype: 'float32', shape: [], data: Float32Array.of(1) }]]);
const two = new Map<string, TensorData>([['a', { dtype: 'float32', shape: [], data: Float32Array.of(2) }]]);

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
  path = join(folder, 'model.safetensors');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

it('writes, replaces and reads a file', async () => {
  await writeSafetensorsFile(path, one, new Map([['k', 'v']]));
  await writeSafetensorsFile(path, two, new Map([['k', 'w']]));
  const read = await readSafetensorsFile(path);
  expect(read).toEqual({ tensors: two, metadata: new Map([['k', 'w']]) });
  expect(await readdir(folder)).toEqual(['model.safetensors']);
});

/** The class of what `open` gives, to make its methods fail. */
async function fileHandles(): Promise<{ sync(): Promise<void>; writeFile(): Promise<void> }> {
  const handle = await open(folder, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

it.each(['writeFile', 'sync'] as const)('leaves the file as it was when %s fails', async (method) => {
  await writeSafetensorsFile(path, one);
  const before = await readFile(path);
  vi.spyOn(await fileHandles(), method).mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
  await expect(writeSafetensorsFile(path, two)).rejects.toThrow('ENOSPC');
  expect(await readFile(path)).toEqual(before);
  expect(await readdir(folder)).toEqual(['model.safetensors']);
});

it('flushes the file before the rename and the folder after it', async () => {
  const sync = vi.spyOn(await fileHandles(), 'sync');
  await writeSafetensorsFile(path, one);
  expect(sync).toHaveBeenCalledTimes(2);
});

it('refuses a folder in the place of the file', async () => {
  await mkdir(path);
  await expect(writeSafetensorsFile(path, one)).rejects.toThrow(`${path} is a folder, expected a regular file or none`);
  expect(await readdir(folder)).toEqual(['model.safetensors']);
});

it('names the file that cannot be read, and what is wrong with one that can', async () => {
  const missing = readSafetensorsFile(path);
  await expect(missing).rejects.toThrow(FormatError);
  await expect(missing).rejects.toThrow(`${path}: cannot be read: ENOENT`);
  await expect(missing).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
  await writeFile(path, 'not a model');
  await expect(readSafetensorsFile(path)).rejects.toThrow(`${path}: byte 0: the header's length is`);
});
