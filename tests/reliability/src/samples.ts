import { deflateSync, gzipSync } from 'node:zlib';
import { crc32 } from '@sluice/core';

const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  return Buffer.concat([int(content.length), named, int(crc32(named) | 0)]);
}

/** A grey PNG with a dark stroke. */
export function pngOf(width: number, height: number): Buffer {
  const header = Buffer.concat([int(width), int(height), Buffer.from([8, 0, 0, 0, 0])]);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width, 255)]);
  row[1 + (width >> 1)] = 0;
  const pixels = deflateSync(Buffer.concat(new Array(height).fill(row)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** A lazy-load database of R with the numbers `load`, as "R Internals" 1.8 says. */
export function rData(): { readonly index: Buffer; readonly database: Buffer } {
  const file = (...items: Buffer[]) => Buffer.concat([Buffer.from('X\n'), int(2), int(0), int(0), ...items]);
  const text = (value: string) => Buffer.concat([int(9), int(value.length), Buffer.from(value)]);
  const texts = (value: string) => Buffer.concat([int(16), int(1), text(value)]);
  const numbers = (...values: number[]) => {
    const bytes = Buffer.alloc(8 * values.length);
    for (const [i, value] of values.entries()) bytes.writeDoubleBE(value, 8 * i);
    return Buffer.concat([int(14), int(values.length), bytes]);
  };
  const list = (item: Buffer, tag: Buffer, name: string) =>
    Buffer.concat([int(19 | 0x200), int(1), item, int(2 | 0x400), tag, texts(name), int(254)]);
  const packed = deflateSync(file(numbers(3, 1.5, 2)));
  const database = Buffer.concat([int(packed.length), packed]);
  const names = Buffer.concat([int(1), text('names')]);
  const place = Buffer.concat([int(13), int(2), int(0), int(database.length)]);
  // The second time the name is a reference to the first.
  const variables = list(place, names, 'load');
  return { index: gzipSync(file(list(variables, int((1 << 8) | 255), 'variables'))), database };
}
