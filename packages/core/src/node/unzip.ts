import { unzipSync } from 'node:zlib';
import { FormatError } from '../errors.ts';

/** What packs more than this is made to. Text and numbers come to a tenth or a twentieth, deflate to a thousandth. */
const mostRatio = 64;
const small = 2 ** 24;
const large = 2 ** 30;

/**
 * What gzip or zlib has packed, if that is no more than 16 MiB or 64 times what there is, and never more than 1 GiB: a few bytes must not fill the memory.
 * @param source begins the messages of errors
 * @throws FormatError for bytes that are not so packed, are cut off, or hold more
 */
export function unzipBounded(bytes: Uint8Array, source: string): Uint8Array {
  const most = Math.min(large, Math.max(small, mostRatio * bytes.length));
  try {
    return unzipSync(bytes, { maxOutputLength: most });
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const got = isLarge ? `holds more than ${most} bytes in ${bytes.length}` : (cause as Error).message;
    throw new FormatError(`${source}: cannot be unpacked: ${got}`, { cause });
  }
}
