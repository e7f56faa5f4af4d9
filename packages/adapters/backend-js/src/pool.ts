import { createDataArray, type DataArray, type DataArrays, type DType, dtypes } from '@sluice/core';

// What a typed array and its buffer cost beside the elements: of a million scalars it is nearly all.
const overhead = 256;

/**
 * Freed arrays kept for the next allocation of the same dtype and length: a training step asks for the sizes of the step
 * before. Holds at most `limit` bytes; the sizes that were longest out of use go first.
 */
export class ArrayPool {
  #limit: number;
  #bytes = 0;
  // By dtype and length, the least recently used first.
  readonly #shelves = new Map<number, DataArray[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held, with what arrays cost beside their elements. */
  get bytes(): number {
    return this.#bytes;
  }

  /** An array of `length` elements that holds anything: fresh, or what a freed one left behind. */
  take<D extends DType>(dtype: D, length: number): DataArrays[D] {
    const key = keyOf(dtype, length);
    const shelf = this.#shelves.get(key);
    const array = shelf?.pop();
    if (array === undefined) return createDataArray(dtype, length);
    if (shelf?.length === 0) this.#shelves.delete(key);
    this.#bytes -= bytesOf(array);
    return array as DataArrays[D];
  }

  /** Takes an array that nothing else refers to. */
  give(dtype: DType, array: DataArray): void {
    if (array.byteLength === 0 || bytesOf(array) > this.#limit) return;
    const key = keyOf(dtype, array.length);
    const shelf = this.#shelves.get(key) ?? [];
    this.#shelves.delete(key);
    this.#shelves.set(key, shelf);
    shelf.push(array);
    this.#bytes += bytesOf(array);
    if (this.#bytes > this.#limit) this.#shrink();
  }

  /** Drops everything and keeps nothing from now on. */
  close(): void {
    this.#limit = 0;
    this.#bytes = 0;
    this.#shelves.clear();
  }

  #shrink(): void {
    for (const [key, shelf] of this.#shelves) {
      while (shelf.length > 0) {
        if (this.#bytes <= this.#limit) return;
        this.#bytes -= bytesOf(shelf.pop() as DataArray);
      }
      this.#shelves.delete(key);
    }
  }
}

function keyOf(dtype: DType, length: number): number {
  return length * dtypes.length + dtypes.indexOf(dtype);
}

function bytesOf(array: DataArray): number {
  return array.byteLength + overhead;
}
