/** Buffers of doubles that kernels use while they run, kept from call to call. */
export class Workspace {
  #left = new Float64Array(0);
  #right = new Float64Array(0);

  /** At least `size` elements that hold anything. */
  left(size: number): Float64Array {
    if (this.#left.length < size) this.#left = new Float64Array(size);
    return this.#left;
  }

  /** At least `size` elements that hold anything, apart from `left`. */
  right(size: number): Float64Array {
    if (this.#right.length < size) this.#right = new Float64Array(size);
    return this.#right;
  }

  /** Drops the buffers. */
  clear(): void {
    this.#left = new Float64Array(0);
    this.#right = new Float64Array(0);
  }
}
