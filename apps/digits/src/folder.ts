import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { AppError } from './errors.ts';
import { type Cell, type Config, type DigitNetwork, definition, type Task } from './model.ts';

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
export function trainedFolder(task: Task): string {
  return join(app, 'runs', nouns[task]);
}

export function cellFolder(folder: string, cell: Cell): string {
  return join(folder, cell.toLowerCase());
}

/** The model that was trained last, else the small one of the app. */
function defaultModel(task: Task): string {
  const trained = cellFolder(trainedFolder(task), mainCells[task]);
  return existsSync(join(trained, 'config.json')) ? trained : join(app, 'model', nouns[task]);
}

export interface OpenedModel {
  readonly network: DigitNetwork;
  readonly config: Config;
  readonly path: string;
}

/** @throws AppError when there is no such folder; FormatError when it does not fit together */
export async function openModel(device: Device, given: string | undefined, task: Task): Promise<OpenedModel> {
  const path = given === undefined ? defaultModel(task) : pathOf(given);
  if (!existsSync(path)) throw new AppError(`${showPath(path)}: does not exist; train a model first`);
  const { model, config } = await loadModel(path, definition, device);
  return { network: model, config, path };
}
