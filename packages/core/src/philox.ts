const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/**
 * Philox4x32 with ten rounds (Salmon et al., SC 2011, section 4.2), in place.
 * @param blocks counters of four words, each replaced by four random words
 * @param key0 first word of the key
 * @param key1 second word of the key
 * @param end where the last block ends, a multiple of 4. Default all
 */
export function philox4x32(blocks: Uint32Array, key0: number, key1: number, end = blocks.length): void {
  for (let at = 0; at < end; at += 4) {
    // Words as signed numbers: engines then compute all this in 32 bits.
    let c0 = blocks[at]! | 0;
    let c1 = blocks[at + 1]! | 0;
    let c2 = blocks[at + 2]! | 0;
    let c3 = blocks[at + 3]! | 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < 10; round++) {
      const high0 = multiplyHigh(c0, multiplier0 >>> 16, multiplier0 & 0xffff);
      const high1 = multiplyHigh(c2, multiplier1 >>> 16, multiplier1 & 0xffff);
      const low0 = Math.imul(c0, multiplier0);
      const low1 = Math.imul(c2, multiplier1);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + weyl0) | 0;
      k1 = (k1 + weyl1) | 0;
    }
    blocks[at] = c0;
    blocks[at + 1] = c1;
    blocks[at + 2] = c2;
    blocks[at + 3] = c3;
  }
}

/** The upper 32 bits of the 64-bit product of two unsigned words, the second one in halves. */
function multiplyHigh(a: number, bHigh: number, bLow: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const low = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (low >>> 16)) | 0;
}
