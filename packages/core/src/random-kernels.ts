import type { DType } from './dtype.ts';
import type { RandomState } from './random.ts';

/** Random numbers that are drawn where they are used. What a backend does not support is drawn by `Random`, on the host. */
export interface RandomKernels<S> {
  supports(dtype: DType): boolean;
  /**
   * `size` elements of `dtype`: 0 where draw `stream.position` + i is below `probability`, elsewhere `kept`. The draws are those of `Random`, to the
   * bit: draw k is half k % 2 of block floor(k / 2), whose four words are Philox4x32-10 of the counter (block % 2^32, floor(block / 2^32), 0, 0) under
   * `stream.key`; the half (a, b) is the number (floor(a / 2^5) 2^26 + floor(b / 2^6)) / 2^53. Who calls moves the stream on.
   * @param probability 0 to 1
   */
  dropoutMask(size: number, dtype: DType, stream: RandomState, probability: number, kept: number): S;
}
