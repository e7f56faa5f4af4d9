import { checkLimit, formatShape, quote, readOptions, type Shape, type TensorData } from '@sluice/core';
import { type ElementType, elementTypes, unreadTypes } from './elements.ts';
import {
  type Header,
  type HeaderEntry,
  lengthBytes,
  maximumEntries,
  maximumHeaderBytes,
  parseHeader,
} from './header.ts';
import { fail } from './report.ts';

export interface SafetensorsContents {
  /** By name, in the order of the header. */
  readonly tensors: Map<string, TensorData>;
  /** The `__metadata__` of the file; empty when it has none. */
  readonly metadata: Map<string, string>;
}

export interface ReadSafetensorsOptions {
  /** Most tensors of a file, and most keys of its metadata: a whole number or Infinity. Default 20,000. */
  readonly maximumEntries?: number | undefined;
}

/** What the header says of a tensor; see `readSafetensorsHeader`. */
export interface SafetensorsEntry {
  /** Of the elements as the format names it, e.g. `BF16`. */
  readonly dtype: string;
  readonly shape: Shape;
}

/**
 * Reads the safetensors format (https://github.com/huggingface/safetensors, "Format"): the length of a JSON header in 8 bytes,
 * little-endian; the header; the elements.
 *
 * F32, F64, I32 and BOOL are read as they are; F16 and BF16 become float32, I8, U8 and I16 become int32, all exactly; so does I64
 * where every value fits. The bytes are checked in full before anything is copied out of them: hostile input is refused, never
 * believed. The result shares no memory with `bytes`.
 *
 * @param bytes the whole file
 * @param source what errors call it, e.g. a path. Default `safetensors`.
 * @throws FormatError naming source and offset: the input is cut off or has bytes to spare, the header is malformed, over 100 MB or of too
 * many entries, ranges overlap or leave holes, sizes do not fit shapes, a name stands twice, or an element type is not among the ten above
 * @example
 * const { tensors, metadata } = readSafetensors(bytes, 'model.safetensors');
 */
export function readSafetensors(
  bytes: Uint8Array,
  source = 'safetensors',
  options?: ReadSafetensorsOptions,
): SafetensorsContents {
  const { header, headerEnd, types } = check('readSafetensors', bytes, source, options);
  const tensors = new Map<string, TensorData>();
  header.entries.forEach((entry, i) => {
    const { dtype, decode } = types[i]!;
    const data = decode(bytes.subarray(headerEnd + entry.begin, headerEnd + entry.end));
    if (typeof data === 'string') {
      fail(source, headerEnd + entry.begin, `tensor ${quote(entry.name)} of dtype ${entry.dtype}: ${data}`);
    }
    tensors.set(entry.name, { dtype, shape: entry.shape, data });
  });
  return { tensors, metadata: header.metadata };
}

/**
 * What the header of a safetensors file says of its tensors, by name. All is checked that `readSafetensors` checks but for the elements, of
 * which nothing is copied.
 * @param source what errors call it, e.g. a path. Default `safetensors`.
 * @throws FormatError as `readSafetensors`
 */
export function readSafetensorsHeader(
  bytes: Uint8Array,
  source = 'safetensors',
  options?: ReadSafetensorsOptions,
): Map<string, SafetensorsEntry> {
  const { header } = check('readSafetensorsHeader', bytes, source, options);
  return new Map(header.entries.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
}

interface Checked {
  readonly header: Header;
  readonly headerEnd: number;
  /** Of the entries, in their order. */
  readonly types: readonly ElementType[];
}

function check(operation: string, bytes: Uint8Array, source: string, options?: ReadSafetensorsOptions): Checked {
  const { maximumEntries: most } = readOptions(operation, options, { maximumEntries });
  checkLimit(operation, 'maximumEntries', most);
  const headerEnd = findHeaderEnd(bytes, source);
  const header = parseHeader(bytes.subarray(lengthBytes, headerEnd), source, most);
  const types = header.entries.map((entry) => checkEntry(header, entry, bytes.length - headerEnd));
  checkCoverage(header, headerEnd, bytes.length, source);
  return { header, headerEnd, types };
}

function findHeaderEnd(bytes: Uint8Array, source: string): number {
  if (bytes.length < lengthBytes) {
    fail(source, bytes.length, `the file ends inside the 8 bytes of the header's length`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes)) {
    fail(source, 0, `the header's length is ${length}, expected at most ${maximumHeaderBytes}`);
  }
  const end = lengthBytes + Number(length);
  if (end > bytes.length) {
    fail(source, 0, `the header's length is ${length}, but only ${bytes.length - lengthBytes} bytes follow`);
  }
  return end;
}

function checkEntry({ fail }: Header, entry: HeaderEntry, available: number): ElementType {
  const { name, dtype, shape, begin, end } = entry;
  const what = () => `tensor ${quote(name)}`;
  const type = elementTypes.get(dtype);
  if (!type) {
    const known = [...elementTypes.keys()].join(', ');
    const got = unreadTypes.has(dtype) ? `${dtype}, which is not read here` : quote(dtype);
    return fail(entry, `${what()} has dtype ${got}, expected one of ${known}`);
  }
  if (begin > end || end > available) {
    fail(entry, `${what()} lies at ${begin} to ${end} of ${available} bytes of data`);
  }
  const size = bytesOf(shape, type.size);
  if (size !== end - begin) {
    const shown = shape.length > 16 ? `of ${shape.length} axes` : formatShape(shape);
    const needs = size === undefined ? 'more bytes than can be counted' : `${size} bytes`;
    fail(entry, `${what()} has ${end - begin} bytes, but ${dtype} of shape ${shown} needs ${needs}`);
  }
  return type;
}

/** `undefined` when the product passes 2^53 on the way, even if a 0 follows. */
function bytesOf(shape: Shape, elementSize: number): number | undefined {
  let size = elementSize;
  for (const length of shape) {
    size *= length;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return size;
}

/** The data must be covered from the first to the last byte, each byte once. */
function checkCoverage({ entries, fail: failAt }: Header, headerEnd: number, fileEnd: number, source: string): void {
  let position = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const { name, begin, end } = entry;
    if (begin !== position) {
      const problem = begin > position ? 'after a hole' : 'inside another tensor';
      failAt(entry, `tensor ${quote(name)} begins at ${begin} of the data, ${problem}, expected ${position}`);
    }
    position = end;
  }
  if (headerEnd + position !== fileEnd) {
    fail(source, headerEnd + position, `${fileEnd - headerEnd - position} bytes follow the last tensor`);
  }
}
