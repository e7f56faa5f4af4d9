import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { AppError } from './errors.ts';
import { definition } from './model.ts';

/** Where a training puts its model, and the small one that comes with the app. */
export const trainedFolder = fileURLToPath(new URL('../runs/default', import.meta.url));
export const smallFolder = fileURLToPath(new URL('../model', import.meta.url));

/** A model from a folder; by default from that of the last training, else the small one. */
export async function openModel(device: Device, folder: string | undefined) {
  const used = folder ?? (existsSync(join(trainedFolder, 'config.json')) ? trainedFolder : smallFolder);
  if (!existsSync(used)) throw new AppError(`${showPath(used)}: is no folder; expected one of a trained model`);
  process.stderr.write(`Model: ${showPath(used)}\n`);
  return loadModel(used, definition, device);
}

/** Where the user is: pnpm runs a script in the folder of the app. */
const userFolder = (process.env.npm_package_name === 'protein' && process.env.INIT_CWD) || process.cwd();

/** A path as the user gives it. */
export function userPath(path: string): string {
  return resolve(userFolder, path);
}

export function showPath(path: string): string {
  const short = relative(userFolder, path);
  return short === '' || short.startsWith('..') ? path : short;
}
