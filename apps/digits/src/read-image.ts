import { quote } from '@sluice/core';
import { readRegularFile } from '@sluice/core/node';
import { PNG } from 'pngjs';
import { AppError, messageOf } from './errors.ts';
import type { Image } from './image.ts';
import { borderOf, lumaOf, medianOf } from './luma.ts';
import { checkPng } from './png-bounds.ts';

/** Of each side. */
const mostPixels = 4096;

/** A text of the largest picture, with a number of fifteen digits for each pixel. */
const mostBytes = 2 ** 28;

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
  const { buffer, byteOffset, length } = await readRegularFile(path, mostBytes).catch((error: unknown) => {
    throw new AppError(messageOf(error));
  });
  return findInk(path, parse(path, Buffer.from(buffer, byteOffset, length)));
}

function parse(path: string, bytes: Buffer): Matrix {
  if (bytes.subarray(1, 4).toString('latin1') === 'PNG') return parsePng(path, bytes);
  if (/^P[25]\s/.test(bytes.subarray(0, 3).toString('latin1'))) return parsePgm(path, bytes);
  return parseText(path, bytes);
}

function parsePng(path: string, bytes: Buffer): Matrix {
  try {
    checkPng(bytes, (width, height) => checkSize(path, width, height));
    const { width, height, data } = PNG.sync.read(bytes);
    return { width, height, values: lumaOf(data, width, height) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(`${path}: is no PNG that can be read: ${messageOf(error)}`);
  }
}

function parsePgm(path: string, bytes: Buffer): Matrix {
  const space = String.raw`(?:\s|#[^\n]*\n)+`;
  const header = new RegExp(`^P([25])${space}(\\d+)${space}(\\d+)${space}(\\d+)\\s`);
  const found = header.exec(bytes.toString('latin1', 0, longestHeader));
  if (!found)
    throw new AppError(`${path}: has no header of a PGM, expected P2 or P5, width, height and the highest value`);
  const [width, height, highest] = found.slice(2).map(Number) as [number, number, number];
  checkSize(path, width, height);
  const begin = found[0].length;
  const isText = found[1] === '2';
  const wide = highest > 255;
  // A number in words takes two characters, but the last.
  const room = Math.floor((bytes.length - begin + (isText ? 1 : 0)) / (isText || wide ? 2 : 1));
  if (room < width * height) {
    throw new AppError(`${path}: has room for ${room} values, expected ${width} x ${height} = ${width * height}`);
  }
  const values = new Float32Array(width * height);
  let count = 0;
  for (const value of isText ? wordsOf(bytes, begin) : samplesOf(bytes, begin, wide)) {
    if (count === values.length) break;
    if (!(value >= 0 && value <= highest)) {
      const place = `row ${Math.floor(count / width) + 1}, column ${(count % width) + 1}`;
      throw new AppError(`${path}: ${place} is ${value}, expected a number from 0 to ${highest}`);
    }
    values[count++] = value;
  }
  if (count < values.length) {
    throw new AppError(`${path}: ends after ${count} values, expected ${width} x ${height} = ${values.length}`);
  }
  return { width, height, values };
}

/** A header with its comments. */
const longestHeader = 4096;

function* samplesOf(bytes: Buffer, begin: number, wide: boolean): Generator<number, void, undefined> {
  for (let at = begin; at + (wide ? 1 : 0) < bytes.length; at += wide ? 2 : 1) {
    yield wide ? bytes.readUInt16BE(at) : bytes[at]!;
  }
}

function* wordsOf(bytes: Buffer, begin: number): Generator<number, void, undefined> {
  const text = bytes.toString('latin1', begin);
  for (const { 0: word } of text.matchAll(/#[^\n]*|[^\s#]+/g)) if (word[0] !== '#') yield Number(word);
}

function parseText(path: string, bytes: Buffer): Matrix {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const { word, isDecimalComma } = separatorsOf(text);
  const values: number[] = [];
  let [width, height, number] = [0, 0, 0];
  for (const { 0: line } of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    number++;
    let count = 0;
    for (const { 0: shown, index } of line.matchAll(word)) {
      const value = Number(isDecimalComma ? shown.replace(',', '.') : shown);
      if (!Number.isFinite(value)) {
        const expected = 'expected PNG, PGM or rows of numbers';
        throw new AppError(`${path}:${number}:${index + 1}: ${quote(shown, 20)} is no number; ${expected}`);
      }
      values.push(value);
      if (++count > mostPixels) throw new AppError(`${path}:${number}: has more than ${mostPixels} numbers`);
    }
    if (count === 0) continue;
    if (height > 0 && count !== width) {
      throw new AppError(`${path}:${number}: has ${count} numbers, expected ${width} as in the line before`);
    }
    width = count;
    if (++height > mostPixels)
      throw new AppError(`${path}:${number}: is row ${height}, expected at most ${mostPixels}`);
  }
  checkSize(path, width, height);
  return { width, height, values };
}

/**
 * What stands between numbers. A comma does where a space follows it or nothing else could; between semicolons, tabs or spaces it is the decimal sign of
 * `0,5`, as in many languages.
 */
function separatorsOf(text: string): { readonly word: RegExp; readonly isDecimalComma: boolean } {
  if (text.includes(';')) return { word: /[^\s;]+/g, isDecimalComma: true };
  const isSpaced = /\d[ \t]+[-+.\d]/.test(text);
  const isList = /,\s|\s,|^,|,,|,\d+,/.test(text);
  return isSpaced && !isList ? { word: /\S+/g, isDecimalComma: true } : { word: /[^\s,]+/g, isDecimalComma: false };
}

function checkSize(path: string, width: number, height: number): void {
  if (Math.min(width, height) >= 1 && Math.max(width, height) <= mostPixels) return;
  throw new AppError(`${path}: has ${width} x ${height} pixels, expected sides from 1 to ${mostPixels}`);
}

/** The border is paper, and what differs from it most is ink. */
function findInk(path: string, { width, height, values }: Matrix): Image {
  const paper = medianOf(borderOf(width, height).map((i) => values[i]!));
  const pixels = Float32Array.from(values, (value) => Math.abs(value - paper));
  const strongest = pixels.reduce((most, value) => Math.max(most, value), 0);
  if (strongest === 0) throw new AppError(`${path}: is blank, expected a digit`);
  return { width, height, pixels: pixels.map((value) => value / strongest) };
}
