import { inflateSync } from 'node:zlib';

/** Channels by colour type, section 11.2.2 of the PNG specification. */
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The seven passes of Adam7: first column and row, and steps between them. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Looks at a PNG before a decoder takes memory for it: its chunks follow one another to the end, one header comes first, and the packed bytes are those of
 * a picture of its size, no fewer and no more.
 * @param checkSize throws when there are too many pixels
 * @throws Error saying what is wrong
 */
export function checkPng(bytes: Buffer, checkSize: (width: number, height: number) => void): void {
  const packed: Buffer[] = [];
  let expected = 0;
  let at = 8;
  for (let type = ''; type !== 'IEND'; ) {
    if (at + 12 > bytes.length) throw new Error('it is cut off');
    const length = bytes.readUInt32BE(at);
    type = bytes.toString('latin1', at + 4, at + 8);
    if ((type === 'IHDR') !== (at === 8)) throw new Error('its header is not the first chunk, and the only one');
    if (at + 12 + length > bytes.length) throw new Error(`the chunk at byte ${at} claims ${length} bytes`);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') expected = rawSize(content, checkSize);
    if (type === 'IDAT') packed.push(content);
    at += 12 + length;
  }
  const found = inflateSync(Buffer.concat(packed), { maxOutputLength: expected + 1 });
  if (found.length !== expected) throw new Error(`it holds ${found.length} bytes of pixels, expected ${expected}`);
}

/** Bytes of all rows with the byte of their filter, before packing. */
function rawSize(header: Buffer, checkSize: (width: number, height: number) => void): number {
  if (header.length !== 13) throw new Error(`its header has ${header.length} bytes, expected 13`);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  checkSize(width, height);
  const [depth, color, , , interlace] = header.subarray(8) as unknown as [number, number, number, number, number];
  const bits = depth * (channels[color] ?? Number.NaN);
  if (!(bits >= 1 && bits <= 64)) throw new Error(`its header has depth ${depth} and colour type ${color}`);
  const passes = interlace === 0 ? [[0, 0, 1, 1] as const] : adam7;
  let size = 0;
  for (const [x, y, right, down] of passes) {
    const [columns, rows] = [Math.ceil((width - x) / right), Math.ceil((height - y) / down)];
    if (columns > 0 && rows > 0) size += rows * (1 + Math.ceil((columns * bits) / 8));
  }
  return size;
}
