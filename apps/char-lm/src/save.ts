import { statSync } from 'node:fs';
import type { TrainingState } from '@sluice/training';
import { saveCheckpoint } from '@sluice/training/node';
import { AppError, messageOf } from './errors.ts';
import { showPath } from './model-file.ts';

export type Save = (state: TrainingState) => Promise<void>;

/**
 * Saves a training at `out`, over what stands there now and over its own saves, and over nothing else: two trainings that were started
 * with one name do not overwrite each other.
 */
export function saveTo(out: string): Save {
  let known = identityOf(out);
  return async (state) => {
    if (identityOf(out) !== known) {
      throw new AppError(
        `${showPath(out)}: was changed by another program during this training; nothing was overwritten`,
      );
    }
    try {
      await saveCheckpoint(out, state);
    } catch (error) {
      const problem = `${showPath(out)}: cannot be saved: ${messageOf(error)}; what was saved before is as it was`;
      throw new AppError(problem, { cause: error });
    }
    known = identityOf(out);
  };
}

/** Every save makes a new file, so that this changes with it. */
function identityOf(path: string): string | undefined {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file && `${file.dev} ${file.ino} ${file.mtimeNs}`;
}
