import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contiguousBatches } from './contiguous-batches.ts';
import { collect, expectResumable } from './testing/support.ts';

const ids = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

test('rows go on where they ended, targets are one ahead, and each position is predicted once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 80 }),
      async (batchSize, timeSteps, more) => {
        const count = batchSize + 1 + more;
        const source = contiguousBatches(ids(count), { batchSize, timeSteps });
        const rows: number[][] = Array.from({ length: batchSize }, () => []);
        for await (const { inputs, targets } of source.epoch(0)) {
          expect(inputs.shape).toEqual(targets.shape);
          expect(inputs.shape[1]).toBe(batchSize);
          inputs.data.forEach((id, i) => {
            expect(targets.data[i]).toBe(id + 1);
            rows[i % batchSize]!.push(id);
          });
        }
        const length = Math.floor((count - 1) / batchSize);
        expect(rows.flat()).toEqual([...ids(length * batchSize)]);
        expect(source.targetsPerEpoch).toBe(length * batchSize);
        await expectResumable(source, 0, more % 5);
      },
    ),
  );
});

test('the last batch is shorter in time', async () => {
  const batches = await collect(contiguousBatches(ids(12), { batchSize: 2, timeSteps: 3 }).epoch(0));
  expect(batches.map(({ inputs }) => inputs.shape)).toEqual([
    [3, 2],
    [2, 2],
  ]);
  expect([...batches[0]!.inputs.data]).toEqual([0, 5, 1, 6, 2, 7]);
  expect([...batches[1]!.targets.data]).toEqual([4, 9, 5, 10]);
});

test('says what a text that is too short would need', () => {
  expect(() => contiguousBatches(ids(4), { batchSize: 4, timeSteps: 2 })).toThrow(
    'contiguousBatches: ids has 4 elements, expected at least 5, for 4 streams of one prediction',
  );
  expect(() => contiguousBatches(ids(9), { batchSize: 0, timeSteps: 2 })).toThrow('batchSize is 0, expected a whole');
  expect(() => contiguousBatches(ids(9), { batchSize: 1, timeSteps: 1.5 })).toThrow('timeSteps is 1.5, expected');
  expect(() => contiguousBatches([1, 2, 3] as never, { batchSize: 1, timeSteps: 1 })).toThrow('not an Int32Array');
});

test('an epoch starts nowhere else than within itself', () => {
  const source = contiguousBatches(ids(9), { batchSize: 2, timeSteps: 2 });
  expect(() => source.epoch(0, 3)).toThrow(
    'contiguousBatches: start is 3, expected at most 2, the batches of an epoch',
  );
  expect(() => source.epoch(-1)).toThrow('contiguousBatches: epoch is -1, expected a whole number of at least 0');
});
