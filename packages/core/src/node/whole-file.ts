import { closeSync, constants, fsyncSync, openSync } from 'node:fs';
import { access, type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OptionError, refuse } from '../errors.ts';
import { isAbandoned, newStamp, stampPattern } from './owner.ts';

/**
 * Writes a file as a whole or not at all: into a temporary file beside it, which is flushed to the disk and renamed, and then the folder is
 * flushed. Whatever fails, a file that was there before stays as it was and no temporary file remains. A process that is killed leaves one,
 * `PATH.*.tmp`, which nothing reads; the next write to the path takes it away. Of writers at one time the last one wins, whole.
 *
 * The permissions of a file that was there are kept. A link is replaced by a file; what it points at stays as it was.
 * @throws OptionError when there is something that is no regular file, such as a folder or a device; the errors of the file system
 */
export async function writeFileWhole(path: string, content: Uint8Array | string): Promise<void> {
  const staged = await stageFile(path, content);
  try {
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
  await flushFolder(dirname(path));
  await removeAbandoned(dirname(path), [basename(path)]);
}

/**
 * The first half of `writeFileWhole`: the temporary file, flushed.
 * @param operation the public function that the user called
 * @returns its path, to be renamed to `path`
 */
export async function stageFile(
  path: string,
  content: Uint8Array | string,
  operation = 'writeFileWhole',
): Promise<string> {
  const mode = await checkTarget(operation, path);
  const staged = join(dirname(path), `${labelOf(basename(path))}.${newStamp()}.tmp`);
  try {
    await writeFlushed(await open(staged, 'wx', mode), content, mode);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
  return staged;
}

/** Takes away what killed processes have left of the files of these names. What cannot be taken away stays. */
export async function removeAbandoned(folder: string, names: readonly string[]): Promise<void> {
  const labels = new Set(names.map(labelOf));
  const pattern = new RegExp(`^(.*)\\.${stampPattern.source}\\.tmp$`, 's');
  for (const name of await readdir(folder).catch(() => [])) {
    const [, label] = pattern.exec(name) ?? [];
    if (label === undefined || !labels.has(label)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && isAbandoned(name.slice(label.length), found.mtimeMs)) await rm(path, { force: true }).catch(() => {});
  }
}

/** A rename is on the disk only when its folder is. */
export async function flushFolder(path: string): Promise<void> {
  // Windows opens no folders; its rename is written through.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** `flushFolder` for what runs under a lock. */
export function flushFolderSync(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Permissions of the file that is to be replaced. */
async function checkTarget(operation: string, path: string): Promise<number | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (!found.isFile()) {
    refuse(
      OptionError,
      operation,
      path,
      `is a ${found.isDirectory() ? 'folder' : 'device or pipe'}`,
      'a regular file or none',
    );
  }
  await access(path, constants.W_OK);
  return found.mode & 0o777;
}

async function writeFlushed(file: FileHandle, content: Uint8Array | string, mode?: number): Promise<void> {
  try {
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name at the limit of the file system leaves no room for a stamp. */
function labelOf(name: string): string {
  return new TextEncoder().encode(name).length > 200 ? `${name.slice(0, 40)}~` : name;
}
