/** The largest of any number of values; NaN when one is, -Infinity when there is none. */
export function maximumOf(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}

/** The smallest of any number of values; NaN when one is, Infinity when there is none. */
export function minimumOf(values: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
}
