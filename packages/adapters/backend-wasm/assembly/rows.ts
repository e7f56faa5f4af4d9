import { VECTOR } from './lanes';

/**
 * How an elementwise kernel walks: `rows` rows of `n` results that lie one behind the other, and for each operand whether it steps
 * along a row (1) or stays (0), and the bytes from its row to the next. The host fills it in before the call.
 */
// @ts-ignore: decorator
@unmanaged
export class Rows {
  n: usize;
  rows: usize;
  aStep: usize;
  bStep: usize;
  cStep: usize;
  aRow: usize;
  bRow: usize;
  cRow: usize;
}

const WORDS: usize = 32;
const place: usize = memory.data(80, 16);

export const rows: Rows = changetype<Rows>(place);

/** Address of the description above. */
export function rowsAddress(): usize {
  return place;
}

/** The first address that the module leaves to the host. */
export function heapBase(): usize {
  return __heap_base;
}

/** Where a row of an operand is read: itself, or 16 bytes full of its one element. */
// @ts-ignore: decorator
@inline
export function rowStart<T>(x: usize, step: usize, slot: usize): usize {
  if (step != 0) return x;
  const splat = place + WORDS + slot * VECTOR;
  v128.store(splat, v128.load_splat<T>(x));
  return splat;
}
