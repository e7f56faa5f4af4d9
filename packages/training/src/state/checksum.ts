import { crc32, type TensorData } from '@sluice/core';

/** Eight hexadecimal digits that depend on a text and on the names, dtypes, shapes and elements of tensors, whatever their order. */
export function checksum(text: string, tensors: ReadonlyMap<string, TensorData>): string {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  let crc = crc32(encode(text));
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    crc = crc32(encode([name, dtype, shape]), crc);
    crc = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), crc);
  }
  return crc.toString(16).padStart(8, '0');
}
