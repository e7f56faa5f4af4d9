import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { AppError } from './errors.ts';
import { definition } from './model.ts';

/** Where a training puts its model, and the small one that comes with the app. */
export const trainedFolder = fileURLToPath(new URL('../runs/default', import.meta.url));
export const smallFolder = fileURLToPath(new URL('../model', import.meta.url));

/** A model from a folder. @param folder default: that of the last training, else the small one */
export async function openModel(device: Device, folder?: string) {
  const used = folder ?? (existsSync(join(trainedFolder, 'config.json')) ? trainedFolder : smallFolder);
  if (!existsSync(used)) throw new AppError(`${showPath(used)}: is no folder; expected one of a trained model`);
  process.stderr.write(`Model: ${showPath(used)}\n`);
  return loadModel(used, definition, device);
}

export function showPath(path: string): string {
  const short = relative('.', path);
  return short === '' || short.startsWith('..') ? path : short;
}
