import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FormatError } from '../errors.ts';

/**
 * The bytes of a regular file, or of what a link to one points at. Its size is looked at before memory is taken, and no more than that is read:
 * devices and pipes, which may have no end, are refused.
 * @param maximumBytes more are refused. Default any number.
 * @throws FormatError that names the path; an error of the file system is its `cause`
 */
export async function readRegularFile(path: string, maximumBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    // A pipe without a writer would be waited for.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) {
      const got = found.isDirectory() ? 'a folder' : 'a device or a pipe';
      throw new FormatError(`${path}: cannot be read: is ${got}, expected a regular file`);
    }
    if (found.size > maximumBytes) {
      throw new FormatError(`${path}: has ${found.size} bytes, expected at most ${maximumBytes}`);
    }
    return await fill(file, new Uint8Array(found.size));
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`${path}: cannot be read: ${(cause as Error).message}`, { cause });
  } finally {
    await file?.close();
  }
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
