import { FormatError, quote, Random, sameShape, type TensorData } from '@sluice/core';
import type { ValidationState } from '../fit/best.ts';
import { Breather } from '../fit/pause.ts';
import type { ProgressState } from '../fit/progress.ts';
import { checkJson } from './check-json.ts';
import { checksum, checksumInParts } from './checksum.ts';
import { JsonReader } from './json-reader.ts';
import type { TrainingState } from './training-state.ts';

/** A training state as tensors and texts by name: what a safetensors file holds, or a database. */
export interface EncodedTraining {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly metadata: ReadonlyMap<string, string>;
}

const stateKey = 'sluice.training';
const checksumKey = 'sluice.checksum';
/** Raised by every change that an older reader would misread. */
const version = 2;
/** Had `validation.reference`, which is that of `best` now, and means of epochs over updates, not items. */
const versionBefore = 1;
const groups = ['model', 'optimizer', 'carry', 'best', 'average'] as const;

/**
 * A state as tensors, named `model.<name>`, `optimizer.<slot>.<name>`, `carry.<path>`, `best.<name>` and `average.<name>`, and metadata: the rest as a JSON
 * text under `sluice.training`, and a CRC-32 of it all under `sluice.checksum`.
 * @throws OptionError when the configuration is nothing that JSON can hold
 * @example
 * const { tensors, metadata } = encodeTraining(state);
 * await store.put('run', writeSafetensors(tensors, metadata));
 */
export function encodeTraining(state: TrainingState): EncodedTraining {
  const { tensors, text } = describe(state);
  return join(tensors, text, checksum(text, tensors));
}

/** The same, with turns for others. */
export async function encodeTrainingInTurns(state: TrainingState): Promise<EncodedTraining> {
  const { tensors, text } = describe(state);
  const breather = new Breather();
  const parts = checksumInParts(text, tensors);
  for (;;) {
    const { done, value } = parts.next();
    if (done) return join(tensors, text, value);
    await breather.pauseWhenDue();
  }
}

function join(tensors: EncodedTraining['tensors'], text: string, sum: string): EncodedTraining {
  const metadata = new Map([
    [stateKey, text],
    [checksumKey, sum],
  ]);
  return { tensors, metadata };
}

function describe(state: TrainingState): { readonly tensors: Map<string, TensorData>; readonly text: string } {
  checkJson('encodeTraining', 'config', state.config);
  const tensors = new Map<string, TensorData>();
  const parts = {
    model: state.model,
    optimizer: state.optimizer.tensors,
    carry: state.carry.tensors,
    best: state.best,
    average: state.average,
  };
  for (const group of groups) {
    for (const [name, tensor] of parts[group] ?? []) tensors.set(`${group}.${name}`, tensor);
  }
  const { kind, steps, learningRate } = state.optimizer;
  const text = JSON.stringify({
    version,
    step: state.step,
    epoch: state.epoch,
    batch: state.batch,
    config: state.config,
    optimizer: { kind, steps, learningRate },
    schedule: state.schedule ?? null,
    random: state.random,
    carry: state.carry.structure,
    progress: state.progress,
    validation: { ...state.validation, best: state.validation.best ?? null },
    keepsBest: state.best !== undefined,
  });
  return { tensors, text };
}

/**
 * The state that `encodeTraining` was given.
 * @param source what errors call it, e.g. a path
 * @throws FormatError naming the source and what is wrong: it is no training state, of another format version, changed since it was made, or
 * malformed
 */
export function decodeTraining(encoded: EncodedTraining, source = 'checkpoint'): TrainingState {
  const text = encoded.metadata.get(stateKey);
  if (text === undefined) {
    throw new FormatError(`${source}: is no checkpoint of a training run: its metadata has no "${stateKey}"`);
  }
  const root = JsonReader.parse(text, source);
  const found = root.member('version').whole();
  if (found !== version && found !== versionBefore)
    throw new FormatError(`${source}: has format version ${found}, expected ${version}`);
  const expected = encoded.metadata.get(checksumKey);
  const actual = checksum(text, encoded.tensors);
  if (expected !== actual) {
    throw new FormatError(
      `${source}: was changed since it was written: its checksum is ${actual}, expected ${expected}`,
    );
  }
  const parts = separate(encoded.tensors, source);
  const optimizer = root.member('optimizer');
  const keepsBest = root.member('keepsBest').boolean();
  const keepsAverage = parts.average.size > 0;
  checkCopy('best weights do', parts.model, parts.best, keepsBest, source);
  checkCopy('mean of the weights does', parts.model, parts.average, keepsAverage, source);
  return {
    source,
    step: root.member('step').whole(),
    epoch: root.member('epoch').whole(),
    batch: root.member('batch').whole(),
    config: root.member('config').value,
    model: parts.model,
    optimizer: {
      kind: optimizer.member('kind').text(),
      steps: optimizer.member('steps').whole(),
      learningRate: optimizer.member('learningRate').number(),
      tensors: parts.optimizer,
    },
    schedule: root.member('schedule').optional((schedule) => schedule.numbers()),
    random: readRandom(root.member('random')),
    carry: { tensors: parts.carry, structure: root.member('carry').value },
    progress: readProgress(root.member('progress'), found === version ? 'epochItems' : 'epochSteps'),
    validation: readValidation(root.member('validation')),
    best: keepsBest ? parts.best : undefined,
    average: keepsAverage ? parts.average : undefined,
  };
}

function separate(tensors: ReadonlyMap<string, TensorData>, source: string) {
  const empty = () => new Map<string, TensorData>();
  const parts = { model: empty(), optimizer: empty(), carry: empty(), best: empty(), average: empty() };
  for (const [name, tensor] of tensors) {
    const group = groups.find((candidate) => name.startsWith(`${candidate}.`));
    if (!group) throw new FormatError(`${source}: has an unexpected tensor ${quote(name)}`);
    parts[group].set(name.slice(group.length + 1), tensor);
  }
  return parts;
}

/** Other weights of the model are used later only, and must not turn out to be wrong then. */
function checkCopy(
  what: string,
  model: ReadonlyMap<string, TensorData>,
  copy: ReadonlyMap<string, TensorData>,
  kept: boolean,
  source: string,
): void {
  const fits = [...model].every(([name, { shape }]) => sameShape(copy.get(name)?.shape ?? [-1], shape));
  if (copy.size !== (kept ? model.size : 0) || (kept && !fits)) {
    throw new FormatError(`${source}: the ${what} not match the weights of the model`);
  }
}

function readRandom(random: JsonReader): TrainingState['random'] {
  const { value } = random;
  try {
    return new Random(value as unknown as TrainingState['random']).state;
  } catch (cause) {
    throw new FormatError(`${random.path} is malformed: ${(cause as Error).message}`, { cause });
  }
}

function readProgress(progress: JsonReader, epochItems: 'epochItems' | 'epochSteps'): ProgressState {
  return {
    smoothedSum: progress.member('smoothedSum').number(),
    smoothedWeight: progress.member('smoothedWeight').number(),
    epochLossSum: progress.member('epochLossSum').number(),
    epochItems: progress.member(epochItems).number(),
    epochSteps: progress.member('epochSteps').whole(),
  };
}

function readValidation(validation: JsonReader): ValidationState {
  return {
    validatedStep: validation.member('validatedStep').whole(),
    unimproved: validation.member('unimproved').whole(),
    best: validation
      .member('best')
      .optional((best) => ({ loss: best.member('loss').number(), step: best.member('step').whole() })),
  };
}
