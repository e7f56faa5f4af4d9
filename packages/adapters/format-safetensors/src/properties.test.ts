import { createDataArray, dtypes, FormatError, sizeOf, type TensorData } from '@sluice/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from './index.ts';
import { mutatedFiles } from './testing/hostile.ts';

const name = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((text) => text !== '__metadata__' && text !== '__proto__');

/** Random bit patterns, so that floats include NaNs with any payload, infinities and -0. */
const tensor: fc.Arbitrary<TensorData> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    bytes: fc.uint8Array({ minLength: 512, maxLength: 512 }),
  })
  .map(({ dtype, shape, bytes }) => {
    const data = createDataArray(dtype, sizeOf(shape));
    const raw = new Uint8Array(data.buffer);
    raw.set(bytes.subarray(0, raw.length));
    if (dtype === 'bool') for (let i = 0; i < raw.length; i++) raw[i]! &= 1;
    return { dtype, shape, data };
  });

const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 6 }).map((entries) => new Map(entries));
const metadata = fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 3 }).map((e) => new Map(e));

/** NaN payloads are compared too. */
const bitsOf = (map: ReadonlyMap<string, TensorData>) =>
  [...map].map(([key, { dtype, shape, data }]) => {
    const bits = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
    return { key, dtype, shape, bits };
  });

it('reads back bit by bit what it wrote', () => {
  fc.assert(
    fc.property(tensors, metadata, (map, texts) => {
      const read = readSafetensors(writeSafetensors(map, texts));
      expect(bitsOf(read.tensors)).toEqual(bitsOf(map));
      expect([...read.metadata]).toEqual([...texts]);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

it('refuses a mutated file with a FormatError, or reads it', () => {
  let refused = 0;
  for (const bytes of mutatedFiles(1000)) {
    try {
      readSafetensors(bytes, 'mutated');
    } catch (error) {
      refused++;
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/^mutated: byte \d+: /);
    }
  }
  expect(refused).toBeGreaterThan(500);
});
