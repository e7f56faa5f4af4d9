import {
  bytesPerElement,
  DTypeError,
  dtypeOf,
  formatShape,
  OptionError,
  quote,
  ShapeError,
  sizeOf,
  type TensorData,
} from '@sluice/core';
import { writtenNames } from './elements.ts';
import { halfSurrogate, lengthBytes, maximumHeaderBytes } from './header.ts';

const operation = 'writeSafetensors';

/**
 * Writes the safetensors format: float32 as F32, float64 as F64, int32 as I32, bool as BOOL, every bit as it is. Names keep
 * their order; wider elements lie first and the data begin at a multiple of 8, so every array is aligned. Equal input gives
 * equal bytes.
 *
 * @param tensors by name; `__metadata__` and `__proto__` are refused
 * @param metadata texts by name. Default none.
 * @throws OptionError for a refused name or half of a surrogate pair; ShapeError when a shape does not fit the number of elements;
 * DTypeError when an array is not of its dtype or a bool is neither 0 nor 1
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const begins = new Map<string, number>();
  let total = 0;
  const widestFirst = [...tensors].sort(([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  for (const [name, tensor] of widestFirst) {
    begins.set(name, total);
    total += tensor.data.byteLength;
  }
  const header = encodeHeader(tensors, begins, metadata);
  const bytes = new Uint8Array(lengthBytes + header.length + total);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, lengthBytes);
  for (const [name, { data }] of tensors) {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(raw, lengthBytes + header.length + begins.get(name)!);
  }
  return bytes;
}

/** Members are joined by hand: an object would put names that look like numbers first. */
function encodeHeader(
  tensors: ReadonlyMap<string, TensorData>,
  begins: ReadonlyMap<string, number>,
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const members: string[] = [];
  if (metadata.size > 0) {
    const texts = [...metadata].map(([key, value]) => `${encodeName(key)}:${encodeText(value)}`);
    members.push(`"__metadata__":{${texts.join(',')}}`);
  }
  for (const [name, { dtype, shape, data }] of tensors) {
    const begin = begins.get(name)!;
    const entry = { dtype: writtenNames[dtype], shape, data_offsets: [begin, begin + data.byteLength] };
    members.push(`${encodeName(name)}:${JSON.stringify(entry)}`);
  }
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20);
  if (padded.length > maximumHeaderBytes) {
    const expected = `at most ${maximumHeaderBytes}`;
    throw new OptionError({ operation, argument: 'header', got: `has ${padded.length} bytes`, expected });
  }
  padded.set(header);
  return padded;
}

function encodeName(name: string): string {
  if (name === '__proto__') throw new OptionError(`${operation}: the name "__proto__" is reserved`);
  return encodeText(name);
}

function encodeText(text: string): string {
  if (halfSurrogate.test(text)) {
    throw new OptionError(`${operation}: the text ${quote(text)} holds half of a surrogate pair`);
  }
  return JSON.stringify(text);
}

function checkTensor(name: string, { dtype, shape, data }: TensorData): void {
  if (name === '__metadata__') throw new OptionError(`${operation}: the name "__metadata__" is reserved`);
  const argument = `tensor ${quote(name)}`;
  if (dtypeOf(data) !== dtype) {
    throw new DTypeError({ operation, argument, got: `holds ${dtypeOf(data)} elements`, expected: dtype });
  }
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0) || sizeOf(shape) !== data.length) {
    const got = `has ${data.length} elements`;
    throw new ShapeError({ operation, argument, got, expected: `the size of shape ${formatShape(shape)}` });
  }
  if (dtype === 'bool' && data.some((value) => value > 1)) {
    throw new DTypeError({ operation, argument, got: 'holds bytes above 1', expected: '0 and 1 for bool' });
  }
}
