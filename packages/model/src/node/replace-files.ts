import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { flushFolderSync, removeAbandoned, stageFile, withLock } from '@sluice/core/node';
import type { ModelFiles } from '../encode.ts';
import { fileNames, type Header, markedFiles, matches, pending } from '../files.ts';
import { checkReplaceable, readHeaderNow } from './check-place.ts';

const allFiles = [...markedFiles, fileNames.config] as const;
type FileName = (typeof allFiles)[number];

/**
 * Puts the files of a model into a folder, in place of those of an earlier save; all or none. They are written under names of their own; what
 * happens to the names that all savers share, happens under a lock.
 */
export async function replaceFiles(folder: string, kind: string, files: ModelFiles): Promise<void> {
  const staged = new Map<FileName, string>();
  try {
    for (const name of allFiles) staged.set(name, await stageFile(join(folder, name), files[name], 'saveModel'));
    await withLock(join(folder, `${fileNames.config}.lock`), () => {
      // Somebody else may have saved since this was asked before.
      checkReplaceable(folder, kind);
      settle(folder);
      try {
        commit(folder, staged);
      } catch (error) {
        settle(folder);
        throw error;
      }
    });
  } finally {
    for (const path of staged.values()) await rm(path, { force: true });
  }
  await removeAbandoned(folder, allFiles);
}

/** The rename of `config.json` is what replaces one model by another. */
function commit(folder: string, staged: ReadonlyMap<FileName, string>): void {
  for (const name of markedFiles) renameSync(staged.get(name)!, join(folder, pending(name)));
  flushFolderSync(folder);
  renameSync(staged.get(fileNames.config)!, join(folder, fileNames.config));
  flushFolderSync(folder);
  for (const name of markedFiles) renameSync(join(folder, pending(name)), join(folder, name));
  flushFolderSync(folder);
}

/** Puts the pending files that `config.json` speaks of in their places, and takes away the others: what is left of a save that was cut short. */
function settle(folder: string): void {
  let header: Header | undefined;
  for (const name of markedFiles) {
    const path = join(folder, pending(name));
    if (!existsSync(path)) continue;
    header ??= readOrNone(folder);
    if (header && matches(readFileSync(path), header.files[name])) renameSync(path, join(folder, name));
    else rmSync(path, { force: true });
  }
}

function readOrNone(folder: string): Header | undefined {
  try {
    return readHeaderNow(folder);
  } catch {
    return undefined;
  }
}
