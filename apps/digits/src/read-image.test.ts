import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { readImage } from './read-image.ts';
import { makeFolder } from './testing/support.ts';

const folder = makeFolder();

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** 3 x 2: one dark, half transparent pixel and one black one on white. */
function png(): Buffer {
  const image = new PNG({ width: 3, height: 2 });
  image.data.fill(255);
  image.data.set([0, 0, 0, 255], 0);
  image.data.set([0, 0, 0, 51], 4 * 4);
  return PNG.sync.write(image);
}

const expected = [1, 0, 0, 0, 0.2, 0];

describe('one picture in all forms', () => {
  it.each<[string, string | Uint8Array]>([
    ['dark on bright.png', png()],
    ['bright on dark.pgm', 'P2\n# made by hand\n3 2\n10\n10 0 0\n0 2 0\n'],
    ['binary.pgm', Buffer.concat([Buffer.from('P5 3 2 100\n'), Buffer.from([0, 100, 100, 100, 80, 100])])],
    ['wide.pgm', Buffer.concat([Buffer.from('P5 3 2 65535\n'), Buffer.from([0, 100, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0])])],
    ['spaces.txt', '255 0 0\n0 51 0\n\n'],
    ['commas.csv', '1.0,0,0\r\n0,0.2,0\r\n'],
  ])('%s', async (name, content) => {
    const { width, height, pixels } = await readImage(write(name, content));
    expect([width, height]).toEqual([3, 2]);
    for (const [i, value] of pixels.entries()) expect(value).toBeCloseTo(expected[i]!, 2);
  });
});

describe('what is wrong, and where', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['cut.png', png().subarray(0, 60), 'cut.png: is no PNG that can be read: '],
    [
      'huge.png',
      Buffer.concat([png().subarray(0, 16), Buffer.from('7fffffff7fffffff', 'hex'), png().subarray(24)]),
      'has 2147483647 x 2147483647',
    ],
    ['header.pgm', 'P2\n3 x\n', 'header.pgm: has no header of a PGM'],
    ['short.pgm', 'P2 3 2 9 1 2 3 4', 'short.pgm: has room for 4 values, expected 3 x 2 = 6'],
    ['words.pgm', 'P2 3 2 999 111 222 333 444', 'words.pgm: ends after 4 values, expected 3 x 2 = 6'],
    ['range.pgm', 'P2 3 2 9 1 2 3 4 10 0', 'range.pgm: row 2, column 2 is 10, expected a number from 0 to 9'],
    ['letters.txt', '1 2 3\n4 five 6\n', 'letters.txt:2:3: "five" is no number; expected PNG, PGM or rows of numbers'],
    ['ragged.txt', '1 2 3\n4 5\n', 'ragged.txt:2: has 2 numbers, expected 3 as in the line before'],
    ['empty.txt', '', 'empty.txt: has 0 x 0 pixels'],
    ['blank.txt', '7 7\n7 7\n', 'blank.txt: is blank, expected a digit'],
  ])('%s', async (name, content, message) => {
    await expect(readImage(write(name, content))).rejects.toThrow(message);
  });

  it('a missing file', async () => {
    await expect(readImage(join(folder, 'none.png'))).rejects.toThrow('none.png: cannot be read: ENOENT');
  });
});

/** Pixels of red, green, blue and alpha; `ground` where the 5 x 4 picture has no stroke down its middle. */
function stroke(ground: readonly number[], ink: readonly number[]): Buffer {
  const image = new PNG({ width: 5, height: 4 });
  for (let i = 0; i < 20; i++) image.data.set(i % 5 === 2 && i > 4 && i < 15 ? ink : ground, 4 * i);
  return PNG.sync.write(image);
}

describe('ink is found on any ground', () => {
  it.each<[string, readonly number[], readonly number[]]>([
    ['white on a transparent ground', [0, 0, 0, 0], [255, 255, 255, 255]],
    ['white on a ground of transparent white', [255, 255, 255, 0], [255, 255, 255, 255]],
    ['black on a transparent ground', [0, 0, 0, 0], [0, 0, 0, 255]],
    ['grey on a transparent ground', [9, 9, 9, 0], [128, 128, 128, 255]],
    ['yellow on an almost transparent ground', [255, 255, 255, 3], [255, 255, 0, 255]],
    ['white on black', [0, 0, 0, 255], [255, 255, 255, 255]],
    ['half transparent white on black', [0, 0, 0, 255], [255, 255, 255, 128]],
    ['red on white', [255, 255, 255, 255], [255, 0, 0, 255]],
  ])('%s', async (name, ground, ink) => {
    const { pixels } = await readImage(write(`${name}.png`, stroke(ground, ink)));
    for (const [i, value] of pixels.entries()) {
      if (i % 5 === 2 && i > 4 && i < 15) expect(value).toBe(1);
      else expect(value).toBeLessThan(0.1);
    }
  });

  it('and transparent corners of white paper are paper', async () => {
    const image = new PNG({ width: 6, height: 6 });
    image.data.fill(255);
    for (const corner of [0, 5, 30, 35]) image.data.set([0, 0, 0, 0], 4 * corner);
    image.data.set([0, 0, 0, 255], 4 * 14);
    const { pixels } = await readImage(write('corners.png', PNG.sync.write(image)));
    expect([...pixels.keys()].filter((i) => pixels[i]! > 0)).toEqual([14]);
  });
});

describe('numbers with decimal commas', () => {
  it.each<[string, string]>([
    ['between semicolons', '1,0;0;0\n0;0,2;0\n'],
    ['between tabs', '1,0\t0\t0\n0\t0,2\t0\n'],
    ['between spaces', '1,0 0 0\n0 0,2 0\n'],
    ['of lines that commas part', '1.0, 0, 0\n0, .2, 0\n'],
    ['of whole numbers that commas part', '5,0,0\n0,1,0\n'],
    ['after a byte order mark', '\uFEFF1,0;0;0\r\n0;0,2;0\r\n'],
  ])('%s', async (name, content) => {
    const { width, height, pixels } = await readImage(write(`${name}.txt`, content));
    expect([width, height]).toEqual([3, 2]);
    for (const [i, value] of pixels.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
  });
});
