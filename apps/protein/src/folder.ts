import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Device, visible } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { AppError } from './errors.ts';
import { definition } from './model.ts';
import { print } from './output.ts';

/** Where a training puts its model, where a quick one does, and the small one that comes with the app. */
export const trainedFolder = fileURLToPath(new URL('../runs/default', import.meta.url));
export const quickFolder = fileURLToPath(new URL('../runs/quick', import.meta.url));
export const smallFolder = fileURLToPath(new URL('../model', import.meta.url));

/** The first of some folders that holds a model. */
export function firstModel(folders = [trainedFolder, quickFolder, smallFolder]): string | undefined {
  return folders.find((folder) => existsSync(join(folder, 'config.json')));
}

/** A model from a folder. @param used default: that of the last full training, else of the last quick one, else the small one */
export async function openModel(device: Device, used = firstModel() ?? smallFolder) {
  if (!existsSync(used)) throw new AppError(`${showPath(used)}: is no folder; expected one of a trained model`);
  process.stderr.write(`Model: ${visible(showPath(used))}\n`);
  return loadModel(used, definition, device);
}

/** Says which model a training will replace, by the date of its card. */
export function tellReplaced(folder: string): void {
  const card = join(folder, 'README.md');
  const [, date] = (existsSync(card) && /^\| date \| (.+) \|$/m.exec(readFileSync(card, 'utf8'))) || [];
  if (date) print(`It replaces the model of ${date} in ${showPath(folder)}.`);
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
