import { BackendError, Random } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { blockSize, Heap } from './heap.ts';

const limit = 2 ** 24;

function createHeap(start = 128, end = 2 ** 16): { heap: Heap; grown: number[] } {
  const grown: number[] = [];
  const grow = (needed: number) => {
    const length = Math.ceil(needed / 65_536) * 65_536;
    grown.push(length);
    return length;
  };
  return { heap: new Heap({ start, end, limit, grow }), grown };
}

describe('Heap', () => {
  it('rounds sizes to whole cache lines and loses an eighth at most', () => {
    expect([0, 1, 64, 65, 512, 513].map(blockSize)).toEqual([64, 64, 64, 128, 512, 576]);
    for (let bytes = 1; bytes < 2 ** 32; bytes = Math.ceil(bytes * 1.013)) {
      const size = blockSize(bytes);
      expect(size % 64).toBe(0);
      expect(size).toBeGreaterThanOrEqual(bytes);
      expect(size - bytes).toBeLessThan(Math.max(64, bytes / 8));
    }
  });

  it('hands a freed block out again, and no other block twice', () => {
    const { heap, grown } = createHeap();
    const a = heap.allocate(1000);
    const b = heap.allocate(1000);
    expect(b).not.toBe(a);
    heap.free(a, 1000);
    expect(heap.allocate(900)).not.toBe(a);
    expect(heap.allocate(1010)).toBe(a);
    expect(grown).toEqual([]);
  });

  it('never lets two blocks overlap, whatever the order of allocations and frees', () => {
    const random = new Random(7).uniform(60_000);
    const { heap } = createHeap();
    const live: { address: number; bytes: number }[] = [];
    let used = 0;
    for (let step = 0; step < 20_000; step++) {
      const [choice, size, victim] = random.subarray(3 * step);
      if (live.length > 0 && (choice! < 0.45 || live.length > 150)) {
        const [block] = live.splice(Math.floor(victim! * live.length), 1);
        heap.free(block!.address, block!.bytes);
        used -= blockSize(block!.bytes);
      } else {
        const bytes = Math.floor(2 ** (size! * 15));
        const address = heap.allocate(bytes);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(128);
        live.push({ address, bytes });
        used += blockSize(bytes);
      }
      expect(heap.usedBytes).toBe(used);
      if (step % 100 > 0) continue;
      const sorted = live.toSorted((p, q) => p.address - q.address);
      for (let i = 1; i < sorted.length; i++) {
        expect(sorted[i]!.address).toBeGreaterThanOrEqual(sorted[i - 1]!.address + sorted[i - 1]!.bytes);
      }
    }
  });

  it('needs no more memory for the hundredth step than for the first few', () => {
    const { heap, grown } = createHeap();
    const step = () => {
      const blocks = Array.from({ length: 60 }, (_, i) => ({ bytes: (i % 7) * 3000 + 10, address: 0 }));
      for (const block of blocks) block.address = heap.allocate(block.bytes);
      for (const block of blocks) heap.free(block.address, block.bytes);
    };
    step();
    const after = grown.length;
    for (let i = 0; i < 100; i++) step();
    expect(grown).toHaveLength(after);
  });

  it('joins freed neighbours before it grows, when sizes change', () => {
    const { heap, grown } = createHeap(0, 2 ** 20);
    const small = Array.from({ length: 500 }, () => heap.allocate(2000));
    for (const address of small) heap.free(address, 2000);
    expect(heap.allocate(900_000)).toBeLessThan(100_000);
    expect(grown).toEqual([]);
  });

  it('reaches the limit, says so, and goes on with what is freed', () => {
    const { heap } = createHeap();
    const blocks: number[] = [];
    const fill = () => {
      for (;;) blocks.push(heap.allocate(2 ** 20));
    };
    expect(fill).toThrow(BackendError);
    expect(blocks).toHaveLength(15);
    const used = 15 * 2 ** 20;
    expect(() => heap.allocate(2 ** 20)).toThrow(
      `wasm backend: out of memory: 1048576 bytes asked for with ${used} bytes in use, in a memory of `,
    );
    expect(() => heap.allocate(2 ** 20)).toThrow(`that may grow to ${limit}`);
    expect(heap.usedBytes).toBe(used);
    heap.free(blocks[3]!, 2 ** 20);
    heap.free(blocks[4]!, 2 ** 20);
    expect(heap.allocate(2 ** 21)).toBe(Math.min(blocks[3]!, blocks[4]!));
  });

  it('stops growing where the engine refuses', () => {
    const grow = () => {
      throw new RangeError('no');
    };
    const heap = new Heap({ start: 0, end: 65_536, limit: 2 ** 32, grow });
    heap.allocate(60_000);
    expect(() => heap.allocate(60_000)).toThrow('out of memory: 60000 bytes asked for');
  });
});
