// A kernel that may run on several threads gets `part` and `parts`: which share of its work to do. Shares are of whole results, each of which
// is computed as it would be alone, so that they are the same to the bit for any number of threads.

/** The first of `count` things that is this part's; that of the next part is where it ends. A multiple of `unit`. */
// @ts-ignore: decorator
@inline
export function partStart(count: usize, unit: usize, part: usize, parts: usize): usize {
  const units = (count + unit - 1) / unit;
  return min(count, (units / parts * part + min(part, units % parts)) * unit);
}
