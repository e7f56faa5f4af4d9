import { crc32, type TensorData } from '@sluice/core';

/** Bytes between two turns of others: some milliseconds. */
const bytesPerPart = 2 ** 22;

/** Eight hexadecimal digits that depend on a text and on the names, dtypes, shapes and elements of tensors, whatever their order. */
export function checksum(text: string, tensors: ReadonlyMap<string, TensorData>): string {
  const parts = checksumInParts(text, tensors);
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** The same, with a stop after each few milliseconds of work. */
export function* checksumInParts(
  text: string,
  tensors: ReadonlyMap<string, TensorData>,
): Generator<undefined, string, void> {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  let crc = crc32(encode(text));
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    crc = crc32(encode([name, dtype, shape]), crc);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let start = 0; start < bytes.length; start += bytesPerPart) {
      crc = crc32(bytes.subarray(start, start + bytesPerPart), crc);
      yield;
    }
  }
  return crc.toString(16).padStart(8, '0');
}
