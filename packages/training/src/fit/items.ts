import { OptionError, Tensor } from '@sluice/core';

/**
 * How much a batch counts in means over batches: what `items` says, or else its size.
 *
 * The size of a list is its length. Any other batch holds arrays, each with so many elements for each example: the fewest elements of one of them are
 * proportional to the examples, whichever axis these are on. Arrays without elements or axes say nothing. A batch without arrays counts as 1.
 * @throws OptionError when `items` gives anything but a finite number of at least 0
 */
export function itemsOf<Batch>(batch: Batch, items: ((batch: Batch) => number) | undefined): number {
  if (!items) return sizeOfBatch(batch);
  const count = items(batch);
  if (Number.isFinite(count) && count >= 0) return count;
  const got = `gave ${String(count)}`;
  throw new OptionError({ operation: 'fit', argument: 'items', got, expected: 'a finite number of at least 0' });
}

/** Deeper than any batch. */
const maximumDepth = 8;

function sizeOfBatch(batch: unknown): number {
  if (Array.isArray(batch) && !batch.some(hasShape)) return Math.max(1, batch.length);
  const fewest = fewestElements(batch, maximumDepth);
  return fewest === Number.POSITIVE_INFINITY ? 1 : fewest;
}

function fewestElements(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth === 0) return Number.POSITIVE_INFINITY;
  if (hasShape(value)) return value.shape.length === 0 ? Number.POSITIVE_INFINITY : counted(elementsOf(value.shape));
  if (ArrayBuffer.isView(value)) return counted((value as unknown as ArrayLike<number>).length ?? 0);
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  if (Array.isArray(value) && !value.some(hasShape)) return counted(value.length);
  let fewest = Number.POSITIVE_INFINITY;
  for (const part of parts) fewest = Math.min(fewest, fewestElements(part, depth - 1));
  return fewest;
}

function counted(elements: number): number {
  return elements > 0 ? elements : Number.POSITIVE_INFINITY;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Tensors and host data. */
function hasShape(value: unknown): value is { readonly shape: readonly number[] } {
  if (value instanceof Tensor) return true;
  return (
    typeof value === 'object' && value !== null && 'data' in value && 'shape' in value && Array.isArray(value.shape)
  );
}
