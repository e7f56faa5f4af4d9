/** ln(e^a + e^b), without overflow; either may be -Infinity. */
export function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** ln softmax of `count` logits from `start` on: NaN everywhere if one is NaN or Infinity, or if all are -Infinity. */
export function logSoftmax(logits: ArrayLike<number>, start: number, count: number): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, logits[i]!);
  let total = 0;
  for (let i = start; i < start + count; i++) total += Math.exp(logits[i]! - largest);
  const shift = largest + Math.log(total);
  return Float64Array.from({ length: count }, (_, k) => logits[start + k]! - shift);
}
