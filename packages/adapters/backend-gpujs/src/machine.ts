import type { DType } from '@sluice/core';
import type { KernelSource, Launcher } from './launcher.ts';
import { type Block, type Bounds, blockOf, type GpujsStorage, planesOf, type X } from './storage.ts';

/** Makes and frees storages; what all kernels work with. */
export class Machine {
  readonly launcher: Launcher;

  constructor(launcher: Launcher) {
    this.launcher = launcher;
  }

  /**
   * The result of one launch, `size` elements; no launch where that is 0.
   * @param name names `source`, up to `dtype`
   */
  compute(
    dtype: DType,
    size: number,
    name: string,
    source: () => KernelSource,
    operands: readonly X[],
    numbers: readonly number[],
    bounds?: Bounds,
  ): GpujsStorage {
    if (size === 0) return this.adopt(dtype, 0, undefined);
    const block = this.launcher.run(name, source, size * planesOf(dtype), operands.map(blockOf), numbers);
    return this.adopt(dtype, size, block, bounds);
  }

  /** A storage that owns `block` and `parts`. */
  adopt(
    dtype: DType,
    size: number,
    block: Block | undefined,
    bounds?: Bounds,
    parts: readonly Block[] = [],
  ): GpujsStorage {
    return { dtype, size, block, bounds, parts, freed: false };
  }

  free(storage: GpujsStorage): void {
    if (storage.freed) return;
    storage.freed = true;
    const { block, parts } = storage;
    storage.block = undefined;
    storage.parts = [];
    if (block) this.launcher.free(block);
    for (const part of parts) this.launcher.free(part);
  }
}
