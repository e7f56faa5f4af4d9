import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isAbandoned, newStamp } from './owner.ts';

const pause = 10;
/** What runs under a lock takes milliseconds: one that stays longer is of a process whose end cannot be seen from here. */
const longest = 10_000;

/**
 * Runs `work` while no other thread or process runs one under the same path. The lock is a file of that path, gone afterwards. One that a killed
 * process has left is taken away: at once where its end can be seen, after 10 seconds otherwise.
 * @param work synchronous and short
 * @throws the errors of `work` and of the file system, such as that of a folder that may not be written into
 */
export async function withLock<R>(path: string, work: () => R): Promise<R> {
  let holder: string | undefined;
  let since = 0;
  for (;;) {
    const own = take(path);
    if (own !== undefined) {
      try {
        return work();
      } finally {
        removeIf(path, own);
      }
    }
    const found = holderOf(path);
    if (found?.stamp !== holder) [holder, since] = [found?.stamp, performance.now()];
    if (found && (isAbandoned(found.stamp, found.modified) || performance.now() - since > longest)) {
      // Two that see a dead holder must not take away the lock that the first of them has taken since.
      await withLock(`${path}.${found.stamp.replaceAll(/[^\w-]/g, '')}`, () => removeIf(path, found.stamp));
    } else await wait(pause);
  }
}

/** The stamp of the lock, or none when another is there. */
function take(path: string): string | undefined {
  const file = unless('EEXIST', () => openSync(path, 'wx'));
  if (file === undefined) return undefined;
  try {
    const stamp = newStamp();
    writeSync(file, stamp);
    return stamp;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** One that took too long has lost its lock, and leaves that of the next alone. */
function removeIf(path: string, stamp: string): void {
  if (holderOf(path)?.stamp === stamp) rmSync(path, { force: true });
}

function holderOf(path: string): { readonly stamp: string; readonly modified: number } | undefined {
  return unless('ENOENT', () => ({ stamp: readFileSync(path, 'utf8'), modified: statSync(path).mtimeMs }));
}

/** `undefined` for the error of this code. */
function unless<R>(code: string, work: () => R): R | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined;
    throw error;
  }
}
