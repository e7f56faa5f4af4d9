import type { TensorData } from '@sluice/core';
import { Random } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketedBatches } from './bucketed-batches.ts';
import { exampleBatches } from './example-batches.ts';
import { padSequences } from './pad-sequences.ts';
import { shuffledOrder } from './shuffle.ts';
import { collect, expectResumable } from './testing/support.ts';

const seeds = fc.option(fc.nat(), { nil: undefined });
const sizes = fc.integer({ min: 1, max: 6 });

test('every example appears exactly once in an epoch, which repeats and resumes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), sizes, seeds, fc.nat(3), async (count, batchSize, seed, epoch) => {
      const examples = Array.from({ length: count }, (_, i) => `example ${i}`);
      const source = exampleBatches(examples, { batchSize, seed, collate: (batch, indices) => ({ batch, indices }) });
      const batches = await collect(source.epoch(epoch));
      expect(batches.flatMap(({ batch }) => batch).sort()).toEqual([...examples].sort());
      for (const { batch, indices } of batches) expect(batch).toEqual(Array.from(indices, (i) => examples[i]));
      if (seed === undefined) expect(batches.flatMap(({ batch }) => batch)).toEqual(examples);
      await expectResumable(source, epoch, count % 4);
    }),
  );
});

test('the order is that of core, and another in each epoch and for each seed', () => {
  expect(shuffledOrder(9, 4, 2)).toEqual(new Random(4).fork('shuffle').fork(2).permutation(9));
  expect(shuffledOrder(50, 4, 2)).not.toEqual(shuffledOrder(50, 4, 3));
  expect(shuffledOrder(50, 4, 2)).not.toEqual(shuffledOrder(50, 5, 2));
  expect(() => shuffledOrder(3, -1, 0)).toThrow('seed is -1');
  expect(() => shuffledOrder(3, 1, 0.5)).toThrow('shuffledOrder: epoch is 0.5, expected a whole number of at least 0');
});

test('buckets hold every example exactly once and report their own padding', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(12), { maxLength: 60 }),
      sizes,
      seeds,
      fc.nat(3),
      async (lengths, batchSize, seed, epoch) => {
        const source = bucketedBatches(lengths, {
          batchSize,
          seed,
          bucketBatches: 3,
          length: (length) => length,
          collate: (batch, indices) => ({ batch, indices: [...indices] }),
        });
        const batches = await collect(source.epoch(epoch));
        const order = batches.flatMap(({ indices }) => indices);
        expect([...order].sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        const steps = batches.reduce((sum, { batch }) => sum + Math.max(...batch) * batch.length, 0);
        const filled = lengths.reduce((sum, length) => sum + length, 0);
        expect(source.paddingShare(epoch)).toBeCloseTo(steps === 0 ? 0 : 1 - filled / steps, 12);
        if (seed === undefined) {
          expect(order.map((i) => lengths[i])).toEqual([...lengths].sort((a, b) => a - b));
        }
        await expectResumable(source, epoch, lengths.length % 4);
      },
    ),
  );
});

test('buckets pad much less than chance and change with the epoch', async () => {
  const random = new Random(7);
  const lengths = Array.from({ length: 2000 }, () => random.integer(1, 60));
  const options = { batchSize: 16, seed: 1, length: (length: number) => length, collate: (batch: number[]) => batch };
  const bucketed = bucketedBatches(lengths, options);
  expect(bucketed.paddingShare(0)).toBeLessThan(0.05);
  expect(bucketedBatches(lengths, { ...options, bucketBatches: 1 }).paddingShare(0)).toBeGreaterThan(0.4);
  expect(await collect(bucketed.epoch(0))).not.toEqual(await collect(bucketed.epoch(1)));
});

test('refuses lengths and sizes that are none', () => {
  const collate = (batch: number[]) => batch;
  expect(() => bucketedBatches([2, -1], { batchSize: 1, length: (n) => n, collate })).toThrow(
    'bucketedBatches: length of example 1 is -1, expected a whole number of at least 0',
  );
  expect(() => exampleBatches([1], { batchSize: 0, collate })).toThrow('exampleBatches: batchSize is 0, expected');
  expect(() => bucketedBatches([1], { batchSize: 1, bucketBatches: 0, length: (n) => n, collate })).toThrow(
    'bucketedBatches: bucketBatches is 0',
  );
});

test('padding keeps every element in its place and marks the rest', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 99 })), { minLength: 1, maxLength: 6 }), (rows) => {
      const { values, lengths, mask } = padSequences(
        rows.map((row) => Int32Array.from(row)),
        { padding: -1 },
      );
      const time = Math.max(...rows.map((row) => row.length));
      expect(values.shape).toEqual([time, rows.length]);
      expect(mask.shape).toEqual([time, rows.length]);
      expect([...lengths]).toEqual(rows.map((row) => row.length));
      values.data.forEach((value, i) => {
        const own = rows[i % rows.length]![Math.floor(i / rows.length)];
        expect(value).toBe(own ?? -1);
        expect(mask.data[i]).toBe(own === undefined ? 0 : 1);
      });
    }),
  );
});

const matrix = (data: number[][]): TensorData => ({
  dtype: 'float32',
  shape: [data.length, data[0]!.length],
  data: Float32Array.from(data.flat()),
});

test('pads sequences of vectors', () => {
  const { values } = padSequences([matrix([[1, 2]]), matrix([[3, 4], [5, 6]])]); // biome-ignore format: rows
  expect(values).toEqual({ dtype: 'float32', shape: [2, 2, 2], data: Float32Array.from([1, 2, 3, 4, 0, 0, 5, 6]) });
});

test('refuses sequences that do not belong together', () => {
  expect(() => padSequences([])).toThrow('padSequences: sequences is empty, expected at least one sequence');
  expect(() => padSequences([matrix([[1, 2]]), matrix([[1]])])).toThrow(
    'padSequences: sequences[1] has shape [1, 1] and 1 elements, expected [time, 2]',
  );
  expect(() => padSequences([new Int32Array(1), new Float32Array(1)])).toThrow(
    'padSequences: sequences[1] is float32, expected int32, as sequences[0]',
  );
  expect(() => padSequences([new Int32Array(1)], { padding: 0.5 })).toThrow(
    'padding is 0.5, expected a value of int32',
  );
  expect(() => padSequences([new Int32Array(1), [1, 2]] as never)).toThrow(
    'padSequences: sequences[1] is of class Array, expected a typed array, e.g. Int32Array.from(ids), or { dtype,',
  );
  expect(() => padSequences(undefined as never)).toThrow('sequences is undefined, expected an array of sequences');
});
