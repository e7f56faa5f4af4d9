import { BackendError } from '@sluice/core';

/** Blocks begin at multiples of this, the size of a cache line, and are as long. */
const blockUnit = 64;

export interface HeapOptions {
  /** First address, a multiple of 64. */
  readonly start: number;
  /** Address behind the last byte that is there now. */
  readonly end: number;
  /** Most bytes that the memory may grow to. */
  readonly limit: number;
  /** Makes the memory at least `end` bytes long and returns its new length; throws when it cannot. */
  grow(end: number): number;
}

/**
 * Addresses of blocks in a memory that only grows. A freed block waits on the shelf of its size, for a training step asks for the sizes of
 * the step before; when no shelf and no gap has room, the shelves are emptied and neighbours joined, if that promises enough, before the memory
 * grows.
 */
export class Heap {
  readonly #options: HeapOptions;
  #end: number;
  #used = 0;
  #shelved = 0;
  readonly #shelves = new Map<number, number[]>();
  // Free stretches that do not touch: length by start, and start by end.
  readonly #gaps = new Map<number, number>();
  readonly #gapEnds = new Map<number, number>();

  constructor(options: HeapOptions) {
    this.#options = options;
    this.#end = options.start;
    this.#extend(options.end);
  }

  /** Bytes in blocks that are in use, rounded up as blocks are. */
  get usedBytes(): number {
    return this.#used;
  }

  /** The address of at least `bytes` bytes, 64-byte aligned, that hold anything. */
  allocate(bytes: number): number {
    const size = blockSize(bytes);
    const shelf = this.#shelves.get(size);
    const address = shelf?.pop();
    this.#used += size;
    if (address !== undefined) {
      this.#shelved -= size;
      return address;
    }
    try {
      return this.#carve(size) ?? this.#carveAfterReclaim(size) ?? this.#carveAfterGrowth(size, bytes);
    } catch (error) {
      this.#used -= size;
      throw error;
    }
  }

  /** Takes back what `allocate` returned for as many bytes. */
  free(address: number, bytes: number): void {
    const size = blockSize(bytes);
    this.#used -= size;
    this.#shelved += size;
    const shelf = this.#shelves.get(size);
    if (shelf === undefined) this.#shelves.set(size, [address]);
    else shelf.push(address);
  }

  /** The smallest gap that fits, or `undefined`. */
  #carve(size: number): number | undefined {
    let best = -1;
    let bestLength = Number.POSITIVE_INFINITY;
    for (const [start, length] of this.#gaps) {
      if (length >= size && length < bestLength) {
        best = start;
        bestLength = length;
      }
    }
    if (best < 0) return undefined;
    this.#removeGap(best, bestLength);
    if (bestLength > size) this.#addGap(best + size, bestLength - size);
    return best;
  }

  #carveAfterReclaim(size: number): number | undefined {
    // Little on the shelves is not worth it: it would be carved anew by the next step.
    if (this.#shelved < size || this.#shelved < this.#used / 4) return undefined;
    this.#reclaim();
    return this.#carve(size);
  }

  #carveAfterGrowth(size: number, bytes: number): number {
    const { limit, grow } = this.#options;
    const last = this.#gapEnds.get(this.#end);
    const needed = (last ?? this.#end) + size + blockUnit;
    for (const end of [Math.min(limit, Math.max(needed, this.#end * 1.25)), needed]) {
      if (end > limit || end < needed) continue;
      try {
        this.#extend(grow(end));
        const address = this.#carve(size);
        if (address !== undefined) return address;
      } catch {
        // The engine has no more memory; what is on the shelves may do.
      }
    }
    this.#reclaim();
    const address = this.#carve(size);
    if (address !== undefined) return address;
    throw new BackendError(
      `wasm backend: out of memory: ${bytes} bytes asked for with ${this.#used - size} bytes in use, ` +
        `in a memory of ${this.#end} bytes that may grow to ${limit}`,
    );
  }

  #reclaim(): void {
    for (const [size, shelf] of this.#shelves) {
      for (const address of shelf) this.#addGap(address, size);
    }
    this.#shelves.clear();
    this.#shelved = 0;
  }

  #extend(memoryEnd: number): void {
    // Kernels read a little beyond the arrays, so the last unit is nobody's.
    const end = Math.floor(memoryEnd / blockUnit) * blockUnit - blockUnit;
    if (end > this.#end) this.#addGap(this.#end, end - this.#end);
    this.#end = Math.max(end, this.#end);
  }

  #addGap(start: number, length: number): void {
    const next = this.#gaps.get(start + length);
    if (next !== undefined) {
      this.#removeGap(start + length, next);
      length += next;
    }
    const before = this.#gapEnds.get(start);
    if (before !== undefined) {
      const own = start - before;
      this.#removeGap(before, own);
      start = before;
      length += own;
    }
    this.#gaps.set(start, length);
    this.#gapEnds.set(start + length, start);
  }

  #removeGap(start: number, length: number): void {
    this.#gaps.delete(start);
    this.#gapEnds.delete(start + length);
  }
}

/** The size of the block for as many bytes: eight sizes to each power of two, so that at most an eighth is lost. */
export function blockSize(bytes: number): number {
  if (bytes <= 8 * blockUnit) return Math.max(blockUnit, Math.ceil(bytes / blockUnit) * blockUnit);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  return Math.ceil(bytes / step) * step;
}
