import { constants } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FormatError } from '@sluice/core';

/**
 * The text of a UTF-8 file, without a byte order mark.
 * @throws FormatError naming file and offset when the bytes are not UTF-8, or naming the file when it is longer than a string may be; Node's
 *   own error when the file cannot be read
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readFile(path);
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
 * @throws FormatError naming file and offset when the bytes are not UTF-8; Node's own error when the file cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let offset = 0;
  let rest = '';
  let tail = new Uint8Array(0);
  const decode = (bytes: Uint8Array, last: boolean): string => {
    try {
      const text = decoder.decode(bytes, { stream: !last });
      tail = Uint8Array.from([...tail, ...bytes.subarray(-3)]).subarray(-3);
      offset += bytes.length;
      return text;
    } catch {
      // A character may have begun in the chunk before: at the last byte there that continues none.
      const begun = tail.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
      const open = begun < 0 ? tail.subarray(tail.length) : tail.subarray(begun);
      throw notText(path, offset - open.length + firstBadByte(Uint8Array.from([...open, ...bytes])));
    }
  };
  for await (const chunk of createReadStream(path)) {
    // A line that goes on over many chunks must not be searched again with each of them.
    const lines = decode(chunk as Uint8Array, false).split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop() as string;
    for (const line of lines) yield withoutReturn(line);
  }
  rest += decode(new Uint8Array(0), true);
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function notText(path: string, offset: number): FormatError {
  return new FormatError(`${path}: byte ${offset} is not UTF-8 text`);
}

/** Where the first bytes that are not UTF-8 begin, or those cut off by the end. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  // The bytes before the bad one may have begun a character that it does not continue.
  let start = good;
  while (start > 0 && good - start < 4 && !decodes(bytes.subarray(0, start), false)) start--;
  return start;
}

/** @param stream whether more bytes may follow */
function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
