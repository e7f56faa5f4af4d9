import { statSync } from 'node:fs';
import { trainingBatches } from './batches.ts';
import { AppError, messageOf, UsageError } from './errors.ts';
import { checkSameText, fileOption, type ModelFile, readModelFile, type Settings, showPath } from './model-file.ts';
import { callOf } from './output.ts';
import { readText, readTextAgain, type Text } from './text.ts';

export interface TrainingRequest {
  readonly settings: Omit<Settings, 'steps'>;
  /** The settings that the user gave; the others are defaults. */
  readonly given: ReadonlySet<string>;
  /** Passes over the text; `steps` counts instead where it is given. */
  readonly epochs: number;
  readonly steps?: number | undefined;
  readonly text?: string | undefined;
  readonly out: string;
  /** Take the settings from `out` and go on with its training. */
  readonly resume: boolean;
}

export interface TrainingPlan {
  readonly text: Text;
  readonly settings: Settings;
  /** The training to go on with. */
  readonly found: ModelFile | undefined;
}

/**
 * Decides what to train before anything is written. A training of the very same settings and text goes on where it stopped; anything else that
 * stands at `out` is left alone.
 * @throws AppError, UsageError, FormatError
 */
export async function planTraining(request: TrainingRequest): Promise<TrainingPlan> {
  const found = await findModel(request);
  return request.resume ? resume(request, found) : start(request, found);
}

async function findModel({ out }: TrainingRequest): Promise<ModelFile | undefined> {
  const there = statSync(out, { throwIfNoEntry: false });
  if (there === undefined) return undefined;
  if (there.isDirectory()) throw new AppError(`${out}: is a folder; choose a file in it as --out`);
  try {
    return await readModelFile(out);
  } catch (error) {
    throw new AppError(`${messageOf(error)}; nothing was overwritten: delete it or choose another --out`);
  }
}

async function start(request: TrainingRequest, found: ModelFile | undefined): Promise<TrainingPlan> {
  const text = await readText(request.text);
  const settings = { ...request.settings, steps: stepsOf(request, text, request.settings) };
  if (found !== undefined) {
    const differences = compare(found.settings, settings);
    if (found.text.sha256 !== text.identity.sha256) differences.unshift(`text ${found.text.name}`);
    if (differences.length > 0) {
      throw new AppError(
        `${showPath(found.path)}: holds a model with ${differences.join(', ')}; nothing was overwritten: ` +
          `delete it, choose another --out, or go on training it with ${callOf(`train --resume${fileOption('--out', found.path)}`)}`,
      );
    }
  }
  return { text, settings, found };
}

async function resume(request: TrainingRequest, found: ModelFile | undefined): Promise<TrainingPlan> {
  if (found === undefined)
    throw new AppError(`${showPath(request.out)}: does not exist, so there is nothing to resume`);
  const given = Object.fromEntries(Object.entries(request.settings).filter(([name]) => request.given.has(name)));
  const [difference] = compare(found.settings, { ...found.settings, ...given });
  if (difference !== undefined) {
    throw new UsageError(`${showPath(found.path)} has ${difference}; with --resume this cannot change`);
  }
  const text = request.text === undefined ? await readTextAgain(found.text) : await readText(request.text);
  checkSameText(found, text);
  const longer = request.steps !== undefined || request.given.has('epochs');
  const steps = longer ? stepsOf(request, text, found.settings) : found.settings.steps;
  if (steps < found.state.step) {
    throw new UsageError(
      `${showPath(found.path)} is at step ${found.state.step} already, beyond the ${steps} asked for`,
    );
  }
  return { text, settings: { ...found.settings, steps }, found };
}

function stepsOf(request: TrainingRequest, text: Text, settings: Omit<Settings, 'steps'>): number {
  return request.steps ?? request.epochs * trainingBatches(text, settings).batchesPerEpoch;
}

/** What `saved` has otherwise, as options. */
function compare(saved: Settings, wanted: Settings): string[] {
  return (Object.keys(wanted) as (keyof Settings)[])
    .filter((name) => saved[name] !== wanted[name])
    .map((name) => `${optionName(name)} ${saved[name]} instead of ${wanted[name]}`);
}

function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
