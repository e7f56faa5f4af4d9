import { DisposedError, OptionError, readOptions, required } from '@sluice/core';
import { Module } from '@sluice/layers';
import { checkOption, Optimizer } from '../optimizers/optimizer.ts';
import { checkJson } from '../state/check-json.ts';
import type {
  AverageWeightsOptions,
  CheckpointOptions,
  ClipOption,
  EarlyStoppingOptions,
  FitOptions,
  ValidateOptions,
} from './options.ts';

const operation = 'fit';

const none = undefined;
const defaults = {
  model: required,
  optimizer: required,
  data: required,
  epochs: required,
  loss: required,
  ...{ schedule: none, accumulate: none, averageWeights: none, clip: none, validate: none, earlyStopping: none },
  ...{ checkpoint: none, resume: none, signal: none, items: none, maxSteps: none, maxMinutes: none },
} as const;

/** @throws OptionError naming the option; DisposedError for a model, optimizer or device that was freed */
export function checkFitOptions<Batch, Carry>(options: FitOptions<Batch, Carry>): void {
  const given = readOptions<FitOptions<unknown, unknown>, typeof defaults>(operation, options as never, defaults);
  checkTrained(given);
  checkSource('data', given.data);
  checkFunction('loss', given.loss);
  checkWhole('epochs', given.epochs, 1);
  if (given.accumulate !== undefined) checkWhole('accumulate', given.accumulate, 1);
  if (given.maxSteps !== undefined) checkWhole('maxSteps', given.maxSteps, 1);
  if (given.maxMinutes !== undefined && !(Number.isFinite(given.maxMinutes) && given.maxMinutes > 0)) {
    refuse('maxMinutes', given.maxMinutes, 'a finite number above 0');
  }
  if (given.items !== undefined) checkFunction('items', given.items);
  checkSchedule(given.schedule);
  checkClip(given.clip);
  checkSignal(given.signal);
  checkNested(given);
  if (given.resume !== undefined) checkState(given.resume);
}

function checkTrained({ model, optimizer }: Pick<FitOptions<unknown, unknown>, 'model' | 'optimizer'>): void {
  if (!(model instanceof Module)) refuse('model', model, 'a Module, as all layers are');
  if (!(optimizer instanceof Optimizer)) refuse('optimizer', optimizer, 'an optimizer, such as new Adam(...)');
  if (model.device.disposed) throw new DisposedError('fit: the device of the model was disposed');
  const own = new Set<unknown>();
  for (const [name, parameter] of model.parameters()) {
    if (parameter.disposed) throw new DisposedError(`fit: model was disposed: parameter ${name} is gone`);
    own.add(parameter);
  }
  for (const [name, parameter] of optimizer.parameters) {
    const freed = [...optimizer.slotsOf(name).values()].some(({ disposed }) => disposed);
    if (freed) throw new DisposedError('fit: optimizer was disposed');
    if (own.has(parameter)) continue;
    const got = `trains ${name}, which is no parameter of the model`;
    throw new OptionError({ operation, argument: 'optimizer', got, expected: 'parameters of the model alone' });
  }
}

type Nested = Pick<FitOptions<unknown, unknown>, 'validate' | 'earlyStopping' | 'checkpoint' | 'averageWeights'>;

function checkNested({ validate, earlyStopping, checkpoint, averageWeights }: Nested): void {
  if (validate !== undefined) {
    const names = { data: required, loss: none, everySteps: none, restoreBest: false } as const;
    const given = readOptions<ValidateOptions<unknown, unknown>, typeof names>(operation, validate, names, 'validate');
    checkSource('validate.data', given.data);
    if (given.loss !== undefined) checkFunction('validate.loss', given.loss);
    if (given.everySteps !== undefined) checkWhole('validate.everySteps', given.everySteps, 1);
    const { restoreBest } = given;
    if (typeof restoreBest !== 'boolean') refuse('validate.restoreBest', restoreBest, 'true or false');
  }
  if (earlyStopping !== undefined) {
    const names = { patience: required, minimumImprovement: 0 } as const;
    const given = readOptions<EarlyStoppingOptions, typeof names>(operation, earlyStopping, names, 'earlyStopping');
    if (!validate) throw new OptionError('fit: earlyStopping needs validate');
    checkWhole('earlyStopping.patience', given.patience, 0);
    checkOption(operation, 'earlyStopping.minimumImprovement', given.minimumImprovement);
  }
  if (averageWeights !== undefined) {
    const names = { decay: required } as const;
    const given = readOptions<AverageWeightsOptions, typeof names>(operation, averageWeights, names, 'averageWeights');
    checkOption(operation, 'averageWeights.decay', given.decay, 1);
  }
  if (checkpoint !== undefined) {
    const names = { save: required, everySteps: none, saveBest: none, config: none } as const;
    const given = readOptions<CheckpointOptions, typeof names>(operation, checkpoint, names, 'checkpoint');
    checkFunction('checkpoint.save', given.save);
    if (given.everySteps !== undefined) checkWhole('checkpoint.everySteps', given.everySteps, 1);
    if (given.saveBest !== undefined) checkFunction('checkpoint.saveBest', given.saveBest);
    if (given.saveBest && !validate) throw new OptionError('fit: checkpoint.saveBest needs validate');
    if (given.config !== undefined) checkJson(operation, 'checkpoint.config', given.config);
  }
}

function checkSource(argument: string, source: unknown): void {
  const { epoch, batchesPerEpoch } = (source ?? {}) as Record<string, unknown>;
  const expected = 'a source of batches: an object with batchesPerEpoch and epoch(index, start)';
  if (typeof epoch !== 'function') refuse(argument, source, expected);
  if (batchesPerEpoch !== undefined && !(Number.isSafeInteger(batchesPerEpoch) && (batchesPerEpoch as number) >= 0)) {
    refuse(`${argument}.batchesPerEpoch`, batchesPerEpoch, 'a whole number of at least 0, or undefined for streams');
  }
}

function checkSchedule(schedule: unknown): void {
  if (schedule === undefined || typeof schedule === 'function') return;
  const { learningRate, observe, state } = (schedule ?? {}) as Record<string, unknown>;
  if (typeof learningRate === 'number' && typeof observe === 'function' && typeof state === 'object' && state) return;
  refuse('schedule', schedule, 'a function of the step, or an object with learningRate, observe(loss) and state');
}

function checkClip(clip: ClipOption | undefined): void {
  if (clip === undefined) return;
  const entries = Object.entries(clip ?? {}).filter(([, limit]) => limit !== undefined) as [string, unknown][];
  const [[name, limit] = ['', 0]] = entries;
  const known = ['value', 'norm', 'globalNorm'].includes(name) && typeof limit === 'number' && limit > 0;
  if (typeof clip === 'object' && entries.length === 1 && known) return;
  refuse('clip', clip, 'one of value, norm and globalNorm, above 0');
}

function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Record<string, unknown>;
  const listens = typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  if (typeof aborted !== 'boolean' || !listens) refuse('signal', signal, 'an AbortSignal');
}

function checkState(state: unknown): void {
  const { model, optimizer, validation, carry } = (state ?? {}) as Record<string, unknown>;
  if (model instanceof Map && [optimizer, validation, carry].every((part) => typeof part === 'object' && part)) return;
  refuse('resume', state, 'a training state, as loadCheckpoint and decodeTraining give it');
}

function checkFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') refuse(argument, value, 'a function');
}

function checkWhole(argument: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    refuse(argument, value, `a whole number of at least ${least}`);
  }
}

function refuse(argument: string, value: unknown, expected: string): never {
  throw new OptionError({ operation, argument, got: `is ${describe(value)}`, expected });
}

/** Short, whatever it is. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? 'a text' : String(value);
  const kind: unknown = value.constructor;
  if (typeof kind === 'function' && kind !== Object) return `of class ${kind.name}`;
  const entries = Object.entries(value).map(
    ([name, entry]) => `"${name}":${typeof entry === 'number' ? entry : typeof entry}`,
  );
  return entries.length > 4 ? 'another object' : `{${entries.join(',')}}`;
}
