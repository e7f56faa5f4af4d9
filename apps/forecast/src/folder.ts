import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from './errors.ts';

const app = fileURLToPath(new URL('..', import.meta.url));
/** Holds the models of trainings, and the data that the app does not come with. */
export const runsFolder = join(app, 'runs');
/** Where a training puts its model, unless it is told. A quick one does not replace a full one. */
export const trainedFolder = (name: string, quick = false) => join(runsFolder, quick ? `quick-${name}` : name);
const ownModels = join(app, 'model');

/** A path as the user gives it: package managers change to the folder of the app. */
export const userPath = (path: string) => resolve(process.env.INIT_CWD ?? '', path);

export function showPath(path: string): string {
  const short = relative(userPath(''), path);
  return short === '' || short.startsWith('..') ? path : short;
}

const isModel = (folder: string) => existsSync(join(folder, 'config.json'));

/**
 * @param name a folder, or the name of one among the trained models or those that come with the app; a quick one comes last
 * @throws AppError that tells which models there are
 */
export function modelFolder(name: string): string {
  const places = [userPath(name), trainedFolder(name), join(ownModels, name), trainedFolder(name, true)];
  const found = places.find(isModel);
  if (found !== undefined) return found;
  const names = [runsFolder, ownModels].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((entry) => isModel(join(folder, entry))) : [],
  );
  throw new AppError(
    `--model ${name}: is no model, expected a folder of one or ${[...new Set(names)].join(', ')}; "start" trains others`,
  );
}

/** Which model a folder holds, by its card; undefined where there is none. */
export async function modelIn(folder: string): Promise<string | undefined> {
  const card = await readFile(join(folder, 'README.md'), 'utf8').catch(() => undefined);
  return card && `"${/^# (.*)$/m.exec(card)?.[1]}" of ${/^\| date \| (.*) \|$/m.exec(card)?.[1]}`;
}
