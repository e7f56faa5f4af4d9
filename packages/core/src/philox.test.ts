import { describe, expect, it } from 'vitest';
import { philox4x32 } from './philox.ts';

describe('philox4x32', () => {
  // kat_vectors of Random123 (Salmon et al.), the lines "philox4x32 10".
  it.each([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      expected: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      expected: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      expected: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])('gives the published words for $counter', ({ counter, key, expected }) => {
    const block = Uint32Array.from(counter);
    philox4x32(block, key[0]!, key[1]!);
    expect([...block]).toEqual(expected);
  });

  it('gives each block what it gives alone, and leaves what stands behind the end', () => {
    const blocks = Uint32Array.from({ length: 24 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    const alone = [0, 4, 8, 12].flatMap((at) => {
      const block = blocks.slice(at, at + 4);
      philox4x32(block, 0xdeadbeef, 0x80000000);
      return [...block];
    });
    const expected = [...alone, ...blocks.slice(16)];
    philox4x32(blocks, 0xdeadbeef, 0x80000000, 16);
    expect([...blocks]).toEqual(expected);
  });
});
