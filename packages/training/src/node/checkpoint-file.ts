import { readSafetensorsFile, writeSafetensorsFile } from '@sluice/format-safetensors/node';
import { decodeTraining, encodeTrainingInTurns } from '../state/encode.ts';
import type { TrainingState } from '../state/training-state.ts';

/**
 * Writes a state into one safetensors file, as a whole or not at all: a crash or a full disk leaves a file that was there before as it was.
 * @throws the errors of the file system
 * @example
 * const save = (state: TrainingState) => saveCheckpoint('run.safetensors', state);
 * for await (const event of fit({ ...options, checkpoint: { everySteps: 500, save } })) console.log(event.type);
 */
export async function saveCheckpoint(path: string, state: TrainingState): Promise<void> {
  const { tensors, metadata } = await encodeTrainingInTurns(state);
  await writeSafetensorsFile(path, tensors, metadata);
}

/** An optimizer has several arrays for each that a model has. */
const maximumEntries = 200_000;

/**
 * Reads a state that `saveCheckpoint` wrote, for `fit`'s `resume`, or for its `model` and `config` alone.
 * @throws FormatError naming the path and what is wrong: the file is missing, cut off, no checkpoint, or changed since it was written
 */
export async function loadCheckpoint(path: string): Promise<TrainingState> {
  return decodeTraining(await readSafetensorsFile(path, { maximumEntries }), path);
}
