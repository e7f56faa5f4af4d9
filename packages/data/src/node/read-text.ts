import { constants } from 'node:buffer';
import { FormatError } from '@sluice/core';
import { readRegularFile, streamRegularFile } from '@sluice/core/node';
import { firstBadByte, Utf8Decoder } from '../utf8.ts';

/**
 * The text of a UTF-8 file, without a byte order mark.
 * @throws FormatError naming file and offset when the bytes are not UTF-8, or naming the file when it is longer than a string may be, when
 *   it cannot be read, or is a pipe or a device
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readRegularFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    if (bytes.length > constants.MAX_STRING_LENGTH) {
      throw new FormatError(
        `${path}: has ${bytes.length} bytes, more than one string may hold here (${constants.MAX_STRING_LENGTH}); read it by lines`,
      );
    }
    throw notText(path, firstBadByte(bytes));
  }
}

/**
 * The lines of a UTF-8 file, read as they are asked for; without their ends (LF or CR LF) and without a byte order mark. An end of line at
 * the end of the file starts no further line. Leaving the loop closes the file.
 * @throws FormatError naming file and offset when the bytes are not UTF-8, when it cannot be read, or is a pipe or a device
 */
export async function* readLines(path: string): AsyncGenerator<string, void, undefined> {
  const decoder = new Utf8Decoder(({ offset }) => {
    throw notText(path, offset);
  });
  let rest = '';
  const { pieces } = await streamRegularFile(path);
  for await (const chunk of pieces) {
    // A line that goes on over many chunks must not be searched again with each of them.
    const lines = decoder.decode(chunk as Uint8Array).split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop() as string;
    for (const line of lines) yield withoutReturn(line);
  }
  rest += decoder.end();
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function notText(path: string, offset: number): FormatError {
  return new FormatError(`${path}: byte ${offset} is not UTF-8 text`);
}
