import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@sluice/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { collect } from '../testing/support.ts';
import { readLines, readTextFile } from './read-text.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('reads text and lines, whatever their ends', async () => {
  const path = await file('lines.txt', '\ufeffone\r\ntwo 😀\n\nfour');
  expect(await readTextFile(path)).toBe('one\r\ntwo 😀\n\nfour');
  expect(await collect(readLines(path))).toEqual(['one', 'two 😀', '', 'four']);
  expect(await collect(readLines(await file('empty.txt', '')))).toEqual([]);
  expect(await collect(readLines(await file('ended.txt', 'a\n')))).toEqual(['a']);
});

// createReadStream gives chunks of 65,536 bytes.
test.each([
  ['a byte that begins nothing', 5],
  ['at the border of two chunks', 65_536],
  ['just before it', 65_534],
])('names file and offset of what is not UTF-8: %s', async (_, offset) => {
  const bytes = new Uint8Array(70_000).fill(97);
  bytes.set([0xe2, 0x82, 0x41], offset);
  const path = await file('bad.txt', bytes);
  const message = `${path}: byte ${offset} is not UTF-8 text`;
  await expect(readTextFile(path)).rejects.toThrow(new FormatError(message));
  await expect(collect(readLines(path))).rejects.toThrow(new FormatError(message));
});

test('a line of many chunks is searched for its end once', async () => {
  const size = 8 << 20;
  const path = await file('line.txt', new Uint8Array(size).fill(97));
  let searched = 0;
  const split = String.prototype.split;
  vi.spyOn(String.prototype, 'split').mockImplementation(function (this: string, separator: unknown) {
    if (separator === '\n') searched += this.length;
    return split.call(this, separator as never);
  });
  try {
    const [line] = await collect(readLines(path));
    expect([line?.length, searched]).toEqual([size, size]);
  } finally {
    vi.restoreAllMocks();
  }
});

test('characters across two chunks are read, and a cut one at the end is refused', async () => {
  const text = `${'a'.repeat(65_534)}😀 end`;
  expect(await collect(readLines(await file('across.txt', text)))).toEqual([text]);
  const cut = await file('cut.txt', Uint8Array.from([97, 0xf0, 0x9f, 0x98]));
  await expect(readTextFile(cut)).rejects.toThrow('byte 1 is not UTF-8 text');
  await expect(collect(readLines(cut))).rejects.toThrow('byte 1 is not UTF-8 text');
});
