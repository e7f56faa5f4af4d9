import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FormatError } from '../errors.ts';

/**
 * The pieces of a regular file, or of what a link to one points at, as they are asked for, and its size in bytes. Devices and pipes, which may have no end,
 * are refused: whoever means one opens it.
 * @throws FormatError that names the path; an error of the file system is its `cause`
 */
export async function streamRegularFile(
  path: string,
): Promise<{ readonly size: number; readonly pieces: AsyncIterable<Uint8Array> }> {
  const { file, size } = await openRegularFile(path);
  return { size, pieces: file.createReadStream() };
}

async function openRegularFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  let file: FileHandle | undefined;
  try {
    // A pipe without a writer would be waited for.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (found.isFile()) return { file, size: found.size };
    const got = found.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new FormatError(`${path}: cannot be read: is ${got}, expected a regular file`);
  } catch (cause) {
    await file?.close();
    throw explained(path, cause);
  }
}

/**
 * The bytes of a regular file, or of what a link to one points at. Its size is looked at before memory is taken, and no more than that is read.
 * @param maximumBytes more are refused. Default any number.
 * @throws FormatError that names the path; an error of the file system is its `cause`
 */
export async function readRegularFile(path: string, maximumBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const { file, size } = await openRegularFile(path);
  try {
    if (size > maximumBytes) throw new FormatError(`${path}: has ${size} bytes, expected at most ${maximumBytes}`);
    return await fill(file, new Uint8Array(size));
  } catch (cause) {
    throw explained(path, cause);
  } finally {
    await file.close();
  }
}

function explained(path: string, cause: unknown): FormatError {
  if (cause instanceof FormatError) return cause;
  return new FormatError(`${path}: cannot be read: ${(cause as Error).message}`, { cause });
}

/** What there is, up to the length of `bytes`. */
async function fill(file: FileHandle, bytes: Uint8Array): Promise<Uint8Array> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, Math.min(bytes.length - length, 2 ** 30), length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
