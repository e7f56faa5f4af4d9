import { deflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, content: Uint8Array = new Uint8Array(0), length = content.length): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length);
  head.write(type, 4, 'latin1');
  // The decoder looks at the sum after the sizes.
  return Buffer.concat([head, content, Buffer.alloc(4)]);
}

function header(width: number, height: number, rest: readonly number[] = [8, 6, 0, 0, 0]): Buffer {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(width);
  content.writeUInt32BE(height, 4);
  content.set(rest, 8);
  return chunk('IHDR', content);
}

const end = chunk('IEND');
const packed = (size: number) => chunk('IDAT', deflateSync(Buffer.alloc(size), { level: 9 }));
const png = (...chunks: Buffer[]) => Buffer.concat([signature, ...chunks]);

/** Pictures that claim, hide or hold more than a picture may. */
export const hostilePictures: Readonly<Record<string, Uint8Array | string>> = {
  'of 69 bytes that claim 4096 x 4096.png': png(header(4096, 4096), packed(9), end),
  'with a second header.png': png(header(2, 2), packed(18), header(60_000, 60_000), end),
  'with a header that comes late.png': png(packed(18), header(2, 2), end),
  'without a header.png': png(packed(18), end),
  'of 0 x 5 pixels.png': png(header(0, 5), packed(1), end),
  'of 2^31 columns.png': png(header(2 ** 31, 1), packed(9), end),
  'with a bomb in its pixels.png': png(header(2, 2), packed(2 ** 25), end),
  'with an interlaced bomb.png': png(header(2, 2, [8, 6, 0, 0, 1]), packed(2 ** 25), end),
  'of an unknown colour type.png': png(header(2, 2, [8, 5, 0, 0, 0]), packed(18), end),
  'of depth 200.png': png(header(2, 2, [200, 6, 0, 0, 0]), packed(18), end),
  'with a chunk of 2^32 - 1 bytes.png': png(header(2, 2), chunk('IDAT', new Uint8Array(4), 2 ** 32 - 1)),
  'that has no end.png': png(header(2, 2), packed(18)),
  'with pixels that are not packed.png': png(header(2, 2), chunk('IDAT', Buffer.from('none')), end),
  'with a header of 5 bytes.png': png(chunk('IHDR', new Uint8Array(5)), packed(18), end),
  'of 10^9 columns.pgm': 'P5 1000000000 1 255\n',
  'of 4096 x 4096 values with none.pgm': 'P5 4096 4096 255\n',
  'whose header is white space.pgm': `P2${' '.repeat(2_000_000)}`,
  'whose header is comments.pgm': `P2\n${'#\n'.repeat(500_000)}`,
  'with infinity.pgm': 'P2 2 1 255\n1e999 0\n',
  'of 500,000 columns.txt': `${'1 '.repeat(500_000)}\n`,
  'of 500,000 rows.txt': '1\n'.repeat(500_000),
  'of one word.txt': '1'.repeat(3_000_000),
  'of commas.txt': ','.repeat(1_000_000),
  'of escape sequences.txt': '1 \u001b[2J\u001b]0;title\u0007 2\n',
};
