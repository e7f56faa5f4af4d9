import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../fit/event-log.ts';
import type { FitEvent } from '../fit/events.ts';
import { encodeRecord, encodeScalars, encodeVersion } from './event-file.ts';
import { scalarsOf } from './scalars.ts';

/**
 * Writes the numbers of steps, epochs and validations, named as in `csvLog`, into an event file that `tensorboard --logdir` shows. Each run has a file of
 * its own in the folder; where a resumed run repeats steps, TensorBoard shows the later ones.
 * @param folder made where it is missing
 * @throws with the first event the errors of the file system
 * @example
 * for await (const event of logged(fit(options), tensorBoard('run/board'))) if (event.type === 'epoch') console.log(event.loss);
 */
export function tensorBoard(folder: string): EventLog {
  let file: FileHandle | undefined;
  return {
    async write(event: FitEvent) {
      const scalars = scalarsOf(event);
      if (scalars.length === 0) return;
      const seconds = Date.now() / 1000;
      file ??= await openEventFile(folder, seconds);
      await file.appendFile(encodeRecord(encodeScalars(seconds, event.step, scalars)));
    },
    async close() {
      await file?.close();
    },
  };
}

async function openEventFile(folder: string, seconds: number): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  for (let number = 0; ; number++) {
    const name = `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}.${number}`;
    try {
      const file = await open(join(folder, name), 'ax');
      await file.appendFile(encodeRecord(encodeVersion(seconds)));
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
