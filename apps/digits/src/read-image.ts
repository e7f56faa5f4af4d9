import { readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import { AppError, messageOf } from './errors.ts';
import type { Image } from './image.ts';

const mostPixels = 4096 * 4096;

/** Values row by row, of any range. */
interface Matrix {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

/**
 * Reads a picture: PNG, PGM (P2 or P5), or text with a row of numbers in each line. Ink is what differs from the border, dark or bright.
 * @throws AppError saying what is wrong with the file, and where
 */
export async function readImage(path: string): Promise<Image> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new AppError(`${path}: cannot be read: ${messageOf(error)}`);
  }
  return findInk(path, parse(path, bytes));
}

function parse(path: string, bytes: Buffer): Matrix {
  if (bytes.subarray(1, 4).toString('latin1') === 'PNG') return parsePng(path, bytes);
  if (/^P[25]\s/.test(bytes.subarray(0, 3).toString('latin1'))) return parsePgm(path, bytes);
  return parseText(path, bytes);
}

function parsePng(path: string, bytes: Buffer): Matrix {
  // As the header has them, since decoding a few bytes may take gigabytes.
  if (bytes.length >= 24) checkSize(path, bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  try {
    const { width, height, data } = PNG.sync.read(bytes);
    const values = Float32Array.from({ length: width * height }, (_, i) => {
      const [red, green, blue, alpha] = data.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      // Luma of Rec. 601, on white paper.
      return 255 + (alpha / 255) * (0.299 * red + 0.587 * green + 0.114 * blue - 255);
    });
    return { width, height, values };
  } catch (error) {
    throw new AppError(`${path}: is no PNG that can be read: ${messageOf(error)}`);
  }
}

function parsePgm(path: string, bytes: Buffer): Matrix {
  const space = String.raw`(?:\s|#[^\n]*\n)+`;
  const header = new RegExp(`^P([25])${space}(\\d+)${space}(\\d+)${space}(\\d+)\\s`);
  const text = bytes.toString('latin1');
  const found = header.exec(text);
  if (!found)
    throw new AppError(`${path}: has no header of a PGM, expected P2 or P5, width, height and the highest value`);
  const [width, height, highest] = found.slice(2).map(Number) as [number, number, number];
  checkSize(path, width, height);
  const begin = found[0].length;
  const wide = highest > 255;
  const values =
    found[1] === '2'
      ? text.slice(begin).replaceAll(/#.*/g, '').split(/\s+/).filter(Boolean).map(Number)
      : Array.from({ length: Math.floor((bytes.length - begin) / (wide ? 2 : 1)) }, (_, i) =>
          wide ? bytes.readUInt16BE(begin + 2 * i) : bytes[begin + i]!,
        );
  const count = width * height;
  if (values.length < count) {
    throw new AppError(`${path}: ends after ${values.length} values, expected ${width} x ${height} = ${count}`);
  }
  const wrong = values.findIndex((value) => !(value >= 0 && value <= highest));
  if (wrong >= 0 && wrong < count) {
    const place = `row ${Math.floor(wrong / width) + 1}, column ${(wrong % width) + 1}`;
    throw new AppError(`${path}: ${place} is ${values[wrong]}, expected a number from 0 to ${highest}`);
  }
  return { width, height, values: values.slice(0, count) };
}

function parseText(path: string, bytes: Buffer): Matrix {
  const lines = bytes.toString('utf8').split(/\r?\n/);
  const values: number[] = [];
  let [width, height] = [0, 0];
  lines.forEach((line, at) => {
    const words = [...line.matchAll(/[^\s,;]+/g)];
    if (words.length === 0) return;
    if (height > 0 && words.length !== width) {
      throw new AppError(`${path}:${at + 1}: has ${words.length} numbers, expected ${width} as in the line before`);
    }
    for (const { 0: word, index } of words) {
      const value = Number(word);
      if (Number.isFinite(value)) values.push(value);
      else {
        const shown = JSON.stringify(word.slice(0, 20));
        throw new AppError(
          `${path}:${at + 1}:${index + 1}: ${shown} is no number; expected PNG, PGM or rows of numbers`,
        );
      }
    }
    width = words.length;
    height++;
  });
  checkSize(path, width, height);
  return { width, height, values };
}

function checkSize(path: string, width: number, height: number): void {
  if (width * height > 0 && width * height <= mostPixels) return;
  throw new AppError(`${path}: has ${width} x ${height} pixels, expected from 1 to ${mostPixels}`);
}

/** The border is paper, and what differs from it most is ink. */
function findInk(path: string, { width, height, values }: Matrix): Image {
  const border: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) border.push(values[i]!);
  }
  const paper = border.sort((a, b) => a - b)[Math.floor(border.length / 2)]!;
  const pixels = Float32Array.from(values, (value) => Math.abs(value - paper));
  const strongest = pixels.reduce((most, value) => Math.max(most, value), 0);
  if (strongest === 0) throw new AppError(`${path}: is blank, expected a digit`);
  return { width, height, pixels: pixels.map((value) => value / strongest) };
}
