import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { AppError, UsageError } from './errors.ts';
import { type Cell, type Config, type DigitNetwork, definition, type Task } from './model.ts';
import { print } from './output.ts';

/** Where the user is: pnpm starts apps in their own folders. */
const here = process.env.INIT_CWD ?? process.cwd();
const app = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const nouns: Readonly<Record<Task, string>> = { digit: 'digits', string: 'strings' };
/** What `evaluate` and `predict` take of several trained ones. */
export const mainCells: Readonly<Record<Task, Cell>> = { digit: 'LSTM', string: 'BiLSTM' };

export function pathOf(given: string): string {
  return resolve(here, given);
}

export function showPath(path: string): string {
  return relative(here, path) || '.';
}

/** Holds the folder of each cell and the report. */
export function trainedFolder(task: Task, quick = false): string {
  return join(app, 'runs', quick ? `quick-${nouns[task]}` : nouns[task]);
}

export function cellFolder(folder: string, cell: Cell): string {
  return join(folder, cell.toLowerCase());
}

/** The model of the last full training, else of the last quick one, else the small one of the app. */
function defaultModel(task: Task): string {
  const trained = [false, true].map((quick) => cellFolder(trainedFolder(task, quick), mainCells[task]));
  return firstModel(trained) ?? join(app, 'model', nouns[task]);
}

/** The first of some folders that holds a model. */
export function firstModel(folders: readonly string[]): string | undefined {
  return folders.find((folder) => existsSync(join(folder, 'config.json')));
}

/** Says which model a training will replace, by the date of its card. */
export function tellReplaced(folder: string): void {
  const card = join(folder, 'README.md');
  const [, date] = (existsSync(card) && /^\| date \| (.+) \|$/m.exec(readFileSync(card, 'utf8'))) || [];
  if (date) print(`It replaces the model of ${date} in ${showPath(folder)}.`);
}

export interface OpenedModel {
  readonly network: DigitNetwork;
  readonly config: Config;
  readonly path: string;
}

/** @throws AppError when there is no such folder; FormatError when it does not fit together; UsageError for strings with a model of digits */
export async function openModel(device: Device, given: string | undefined, task: Task): Promise<OpenedModel> {
  const path = given === undefined ? defaultModel(task) : pathOf(given);
  if (!existsSync(path)) throw new AppError(`${showPath(path)}: does not exist; train a model first`);
  const { model, config } = await loadModel(path, definition, device);
  if (task === 'string' && config.task === 'digit') {
    throw new UsageError(`--strings: the model in ${showPath(path)} reads single digits, expected one of strings`);
  }
  return { network: model, config, path };
}
