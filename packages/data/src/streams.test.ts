import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exampleBatches } from './example-batches.ts';
import { batchStream, filterStream, mapStream, prefetchBatches, prefetchStream, streamBatches } from './streams.ts';
import { collect, expectResumable } from './testing/support.ts';

/** Counts to `end`, and tells how far it was read and whether it was closed. */
function counting(end: number, failAt = Number.POSITIVE_INFINITY) {
  const seen = { read: 0, closed: 0 };
  async function* numbers() {
    try {
      for (let i = 0; i < end; i++) {
        if (i === failAt) throw new Error(`failed at ${i}`);
        seen.read++;
        yield i;
      }
    } finally {
      seen.closed++;
    }
  }
  return { seen, stream: numbers() };
}

const numbered = exampleBatches([...'abcdefg'], { batchSize: 2, seed: 1, collate: (letters) => letters.join('') });

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

test('mapping, filtering, batching and prefetching do what arrays do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), fc.integer({ min: 1, max: 5 }), async (numbers, size) => {
      const even = filterStream(numbers, (n) => n % 2 === 0);
      const stream = batchStream(
        prefetchStream(
          mapStream(even, async (n) => n + 1),
          size,
        ),
        size,
      );
      const batches = await collect(stream);
      expect(batches.flat()).toEqual(numbers.filter((n) => n % 2 === 0).map((n) => n + 1));
      expect(batches.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
    }),
  );
});

test('nothing is read before it is asked for, and prefetching reads just so far', async () => {
  const plain = counting(100);
  const mapped = mapStream(plain.stream, (n) => n);
  await settle();
  expect(plain.seen.read).toBe(0);
  await mapped.next();
  expect(plain.seen.read).toBe(1);

  const ahead = counting(100);
  const prefetched = prefetchStream(ahead.stream, 3);
  await settle();
  expect(ahead.seen.read).toBe(0);
  await prefetched.next();
  await settle();
  expect(ahead.seen.read).toBe(4);
  await prefetched.next();
  await settle();
  expect(ahead.seen.read).toBe(5);
});

test('leaving early closes the source, once', async () => {
  const { seen, stream } = counting(100);
  for await (const batch of batchStream(
    prefetchStream(
      mapStream(stream, (n) => n),
      4,
    ),
    2,
  )) {
    if (batch.includes(5)) break;
  }
  expect(seen.closed).toBe(1);
  expect(seen.read).toBeLessThanOrEqual(6 + 4);
});

test('an error comes after the elements before it', async () => {
  const { seen, stream } = counting(100, 3);
  const got: number[] = [];
  const read = async () => {
    for await (const n of prefetchStream(stream, 10)) got.push(n);
  };
  await expect(read()).rejects.toThrow('failed at 3');
  expect(got).toEqual([0, 1, 2]);
  expect(seen.closed).toBe(1);
});

test('prefetching asks one element at a time of a source that is no generator', async () => {
  let running = 0;
  let asked = 0;
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        expect(++running).toBe(1);
        await settle();
        running--;
        asked++;
        return asked > 5 ? { done: true, value: undefined } : { done: false, value: asked };
      },
    }),
  };
  expect(await collect(prefetchStream(source, 3))).toEqual([1, 2, 3, 4, 5]);
  expect(asked).toBe(6);
});

test('a stream of batches resumes by reading again', async () => {
  const source = streamBatches((epoch) => batchStream(counting(10 + epoch).stream, 3));
  expect(source.batchesPerEpoch).toBeUndefined();
  for (const start of [0, 1, 4, 9]) await expectResumable(source, 2, start);
});

test('batches made ahead are the same batches, and resume', async () => {
  const opened: number[] = [];
  const source = streamBatches((epoch) => {
    const { seen, stream } = counting(10 + epoch);
    opened.push(epoch);
    return mapStream(stream, (n) => ({ n, ahead: () => seen.read - n - 1 }));
  });
  const ahead = prefetchBatches(source, 2);
  expect(ahead.batchesPerEpoch).toBeUndefined();
  for (const start of [0, 1, 4, 20]) await expectResumable(prefetchBatches(numbered, 2), 1, start);
  expect(prefetchBatches(numbered, 2).batchesPerEpoch).toBe(4);
  const distances: number[] = [];
  for await (const { ahead: distance } of ahead.epoch(0)) {
    await settle();
    distances.push(distance());
  }
  expect(distances).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 1, 0]);
  expect(opened).toEqual([0]);
});

test('refuses sizes that are none, at once', () => {
  expect(() => batchStream([], 0)).toThrow('batchStream: size is 0, expected a whole number of at least 1');
  expect(() => prefetchBatches(numbered, 0)).toThrow('prefetchBatches: count is 0');
  expect(() => prefetchStream(counting(1).stream, 0)).toThrow('prefetchStream: count is 0');
});
