import { sizeOf } from '@sluice/core';
import type { KernelSource, Launcher } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import type { Block, GpujsStorage, X } from '../storage.ts';

/** The blocks of one call, of which all but the results are freed at its end. */
export class Scratch {
  readonly machine: Machine;
  readonly #held = new Set<Block>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  run(
    name: string,
    source: () => KernelSource,
    count: number,
    blocks: readonly Block[],
    numbers: readonly number[],
    width: Block['width'] = 1,
  ): Block {
    const block = this.machine.launcher.run(name, source, count, blocks, numbers, width);
    this.#held.add(block);
    return block;
  }

  runAll(...launch: Parameters<Launcher['runAll']>): readonly Block[] {
    const blocks = this.machine.launcher.runAll(...launch);
    for (const block of blocks) this.#held.add(block);
    return blocks;
  }

  /** The block as an array, which it stays the owner of. */
  view(block: Block, shape: readonly number[]): X {
    const storage = this.machine.adopt('float32', sizeOf(shape), block);
    return { storage, shape, dtype: 'float32' };
  }

  /** The block of a storage that is not needed any more. */
  take(storage: GpujsStorage): Block {
    const block = storage.block as Block;
    this.#held.add(block);
    return block;
  }

  /** A storage that owns the block from here on. */
  give(block: Block, size: number): GpujsStorage {
    this.#held.delete(block);
    return this.machine.adopt('float32', size, block);
  }

  /** A storage of no elements that owns the blocks from here on. */
  giveParts(parts: readonly Block[]): GpujsStorage {
    for (const part of parts) this.#held.delete(part);
    return this.machine.adopt('float32', 0, undefined, undefined, parts);
  }

  upload(values: readonly number[]): Block {
    const block = this.machine.launcher.upload(values.length, (texels) => texels.set(values));
    this.#held.add(block);
    return block;
  }

  free(block: Block): void {
    if (this.#held.delete(block)) this.machine.launcher.free(block);
  }

  freeAll(blocks: readonly (Block | undefined)[]): void {
    for (const block of blocks) if (block) this.free(block);
  }

  end(): void {
    for (const block of this.#held) this.free(block);
  }
}
