import { minimumOf, OptionError, Tensor } from '@sluice/core';

/**
 * How much a batch counts in means over batches: what `items` says, or else its size.
 *
 * The size of a list of examples is its length. Any other batch holds arrays, each with so many elements for each example: the fewest elements of one of them are
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
/** The parts of a tuple: inputs, targets, perhaps weights. */
const mostParts = 3;

function sizeOfBatch(batch: unknown): number {
  const fewest = fewestElements(batch, maximumDepth);
  if (fewest < Number.POSITIVE_INFINITY) return fewest;
  return Array.isArray(batch) ? Math.max(1, batch.length) : 1;
}

function fewestElements(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth === 0) return Number.POSITIVE_INFINITY;
  if (hasShape(value)) return value.shape.length === 0 ? Number.POSITIVE_INFINITY : counted(elementsOf(value.shape));
  if (isElements(value)) return counted(value.length);
  if (Array.isArray(value) && !isTuple(value)) return counted(value.length);
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  let fewest = Number.POSITIVE_INFINITY;
  for (const part of parts) fewest = Math.min(fewest, fewestElements(part, depth - 1));
  return fewest;
}

/** Whether a list holds the parts of a batch, which differ, and not its examples, which are alike. */
function isTuple(list: readonly unknown[]): boolean {
  if (list.some(hasShape)) return true;
  if (new Set(list.flatMap((entry) => formOf(entry) ?? [])).size > 1) return true;
  if (list.length > mostParts || !list.every(isElements)) return false;
  // Inputs have so many numbers for each target.
  const lengths = list.map((entry) => entry.length);
  const fewest = minimumOf(lengths);
  return lengths.every((length) => length % fewest === 0) && lengths.some((length) => length > fewest);
}

/** What an entry is made of; `undefined` for an empty list, which is like any other. */
function formOf(entry: unknown, depth = maximumDepth): string | undefined {
  if (ArrayBuffer.isView(entry)) return entry.constructor.name;
  if (!Array.isArray(entry)) return typeof entry;
  if (entry.length === 0 || depth === 0) return undefined;
  return `list of ${formOf(entry[0], depth - 1)}`;
}

function isElements(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
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
