import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Device, quote, type Shape, sameShape } from '@sluice/core';
import { Vocabulary } from '@sluice/data';
import type { Json, TrainingState } from '@sluice/training';
import { loadCheckpoint } from '@sluice/training/node';
import { type BackendIdentity, backendNames } from './backends.ts';
import { AppError } from './errors.ts';
import { CharacterModel, type ModelOptions } from './model.ts';
import type { Text, TextIdentity } from './text.ts';

/** Everything that, with the text, determines the trained model. */
export interface Settings extends ModelOptions {
  readonly batch: number;
  readonly time: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Updates in all. */
  readonly steps: number;
}

/** A model and how far its training is. */
export interface ModelFile {
  readonly path: string;
  readonly settings: Settings;
  readonly text: TextIdentity;
  readonly vocabulary: Vocabulary;
  /** What computed last. */
  readonly backend: BackendIdentity;
  readonly state: TrainingState;
  /** Whether all steps are made and the last epoch is closed. */
  readonly finished: boolean;
}

/** In the app's own folder, wherever it is started from. */
export const defaultModelPath = modelPath('moby-dick');
export const fullModelPath = modelPath('moby-dick-full');

function modelPath(name: string): string {
  return fileURLToPath(new URL(`../models/${name}.safetensors`, import.meta.url));
}

const app = 'char-lm';
const version = 1;
const settingNames = [
  'embedding',
  'hidden',
  'layers',
  'dropout',
  'batch',
  'time',
  'learningRate',
  'seed',
  'steps',
] as const;

/** What a checkpoint carries beside the training's own state. */
export function describeModel(settings: Settings, text: Text, backend: BackendIdentity): Json {
  return {
    app,
    version,
    settings: { ...settings },
    backend: { ...backend },
    text: { ...text.identity },
    vocabulary: { ...text.vocabulary.toJSON() },
  };
}

/** @throws AppError when there is no such file, or it is not a model of this app; FormatError when it is damaged */
export async function readModelFile(path: string): Promise<ModelFile> {
  if (!existsSync(path)) throw new AppError(`${showPath(path)}: does not exist; train a model first`);
  const state = await loadCheckpoint(path);
  const { config } = state;
  if (!isObject(config) || config.app !== app || !isObject(config.settings) || !isObject(config.text)) {
    throw new AppError(`${showPath(path)}: is a checkpoint, but not of a model of ${app}`);
  }
  if (config.version !== version) {
    throw new AppError(`${showPath(path)}: has model version ${config.version}, expected ${version}`);
  }
  const vocabulary = Vocabulary.fromJSON(config.vocabulary, path);
  const settings = readSettings(path, config.settings);
  checkSizes(path, settings, vocabulary, state);
  return {
    path,
    settings,
    text: readIdentity(path, config.text),
    vocabulary,
    backend: readBackend(path, config.backend),
    state,
    finished: state.step >= settings.steps && state.batch === 0,
  };
}

function readSettings(path: string, value: { readonly [key: string]: Json }): Settings {
  const bad = settingNames.find((name) => {
    const setting = value[name];
    return typeof setting !== 'number' || (setting < 1 && !['dropout', 'learningRate', 'seed'].includes(name));
  });
  if (bad !== undefined) throw new AppError(`${showPath(path)}: has no valid setting ${bad}`);
  return value as unknown as Settings;
}

function readIdentity(path: string, { name, characters, sha256 }: { readonly [key: string]: Json }): TextIdentity {
  if (typeof name !== 'string' || typeof characters !== 'number' || typeof sha256 !== 'string') {
    throw new AppError(`${showPath(path)}: does not say which text it was trained on`);
  }
  return { name, characters, sha256 };
}

/** Files that do not say it come from the time when there was one backend. */
function readBackend(path: string, value: Json | undefined): BackendIdentity {
  if (value === undefined) return { name: 'js' };
  const { name, build } = isObject(value) ? value : {};
  const known = backendNames.find((each) => each === name);
  if (known === undefined || !(build === undefined || typeof build === 'string')) {
    throw new AppError(`${showPath(path)}: was trained on an unknown backend, ${quote(String(value))}`);
  }
  return { name: known, ...(build !== undefined && { build }) };
}

/** Before a model of these sizes is made: a file could claim any. */
function checkSizes(path: string, settings: Settings, vocabulary: Vocabulary, { model }: TrainingState): void {
  const { embedding, hidden, layers } = settings;
  const fits = (name: string, shape: Shape) => sameShape(model.get(name)?.shape ?? [], shape);
  let all = fits('embedding.weight', [vocabulary.size, embedding]);
  for (let layer = 0; all && layer < layers; layer++) all = fits(`lstm.weight_hh_l${layer}`, [4 * hidden, hidden]);
  if (!all) {
    throw new AppError(`${showPath(path)}: its weights are not of the sizes that it claims`);
  }
}

/** The model itself, ready to predict. */
export function openModel(device: Device, file: ModelFile): CharacterModel {
  const model = new CharacterModel(device, file.vocabulary.size, file.settings);
  model.loadStateDict(file.state.model);
  return model.eval();
}

/** @throws AppError when a model was trained on another text */
export function checkSameText(file: ModelFile, text: Text): void {
  if (file.text.sha256 === text.identity.sha256) return;
  throw new AppError(
    `${showPath(file.path)}: was trained on another text: ${describeText(file.text)}, not ${describeText(text.identity)}`,
  );
}

function describeText({ name, characters, sha256 }: TextIdentity): string {
  return `${name} (${characters.toLocaleString('en')} characters, SHA-256 ${sha256.slice(0, 8)})`;
}

/** A path as the user would type it. */
export function showPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith(`..${sep}..`) || short === '' ? path : short;
}

/** ` --out FILE` for the hints, or nothing for the default file. */
export function fileOption(option: string, path: string): string {
  return path === defaultModelPath ? '' : ` ${option} ${showPath(path)}`;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
