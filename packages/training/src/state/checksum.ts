import type { TensorData } from '@sluice/core';

/** CRC-32 (ISO 3309, reflected polynomial 0xEDB88320) of some bytes after others. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

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
