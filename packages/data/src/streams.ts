import type { BatchSource, CountedBatchSource } from './batch-source.ts';
import { checkWhole } from './check.ts';

/**
 * Streams are async iterables that are read once, element by element, at the pace of whoever reads: nothing is read ahead but by
 * `prefetchStream`. Leaving a loop early ends the streams that it reads from, down to the first; an error passes through after the elements before it.
 */
type Source<T> = AsyncIterable<T> | Iterable<T>;

/** Each element through `transform`, in order, one at a time. */
export async function* mapStream<In, Out>(
  source: Source<In>,
  transform: (element: In, index: number) => Out | Promise<Out>,
): AsyncGenerator<Out, void, undefined> {
  let index = 0;
  for await (const element of source) yield await transform(element, index++);
}

/** The elements for which `keep` holds, in order. */
export async function* filterStream<T>(
  source: Source<T>,
  keep: (element: T, index: number) => boolean | Promise<boolean>,
): AsyncGenerator<T, void, undefined> {
  let index = 0;
  for await (const element of source) if (await keep(element, index++)) yield element;
}

/**
 * Arrays of `size` elements; the last one holds what is left, at least 1.
 * @throws OptionError when size is not a whole number of at least 1
 */
export function batchStream<T>(source: Source<T>, size: number): AsyncGenerator<T[], void, undefined> {
  checkWhole('batchStream', 'size', size, 1);
  return collect(source, size);
}

async function* collect<T>(source: Source<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  for await (const element of source) {
    batch.push(element);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Reads up to `count` elements ahead while the reader is busy, and no more until it takes one. Starts with the first element asked for.
 * @throws OptionError when count is not a whole number of at least 1
 */
export function prefetchStream<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T, void, undefined> {
  checkWhole('prefetchStream', 'count', count, 1);
  return readAhead(source, count);
}

async function* readAhead<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const ended: IteratorResult<T> = { done: true, value: undefined };
  const waiting: Promise<IteratorResult<T>>[] = [];
  let last: Promise<IteratorResult<T>> | undefined;
  let left = false;
  let finished = false;
  // One call of next() at a time: only generators promise to queue several.
  const pull = async (before: typeof last): Promise<IteratorResult<T>> => {
    const previous = await before;
    return left || previous?.done === true ? ended : iterator.next();
  };
  const fill = () => {
    while (waiting.length < count) {
      last = pull(last);
      // The reader meets the error in its turn; until then it must not count as unhandled.
      last.catch(() => {});
      waiting.push(last);
    }
  };
  const take = async (): Promise<IteratorResult<T>> => {
    fill();
    try {
      const result = await (waiting.shift() as Promise<IteratorResult<T>>);
      finished = result.done === true;
      return result;
    } catch (error) {
      finished = true;
      throw error;
    }
  };
  try {
    for (let result = await take(); result.done !== true; result = await take()) {
      fill();
      yield result.value;
    }
  } finally {
    left = true;
    if (!finished) {
      await last?.catch(() => {});
      await iterator.return?.();
    }
  }
}

/**
 * A source for training from streams of unknown length. To resume within an epoch, the batches before are read again and passed over.
 * @param open starts the stream of an epoch; must yield the same batches whenever it is opened with the same index
 */
export function streamBatches<Batch>(open: (epoch: number) => AsyncIterable<Batch>): BatchSource<Batch> {
  return {
    batchesPerEpoch: undefined,
    epoch(index, start = 0) {
      checkWhole('streamBatches', 'epoch', index, 0);
      checkWhole('streamBatches', 'start', start, 0);
      return filterStream(open(index), (_, batch) => batch >= start);
    },
  };
}

/**
 * A source whose batches are made up to `count` ahead, while training is busy with one: for those that wait for a file or a network. It
 * resumes as `source` does.
 * @throws OptionError when count is not a whole number of at least 1
 */
export function prefetchBatches<Batch>(source: CountedBatchSource<Batch>, count: number): CountedBatchSource<Batch>;
export function prefetchBatches<Batch>(source: BatchSource<Batch>, count: number): BatchSource<Batch>;
export function prefetchBatches<Batch>(source: BatchSource<Batch>, count: number): BatchSource<Batch> {
  checkWhole('prefetchBatches', 'count', count, 1);
  return {
    batchesPerEpoch: source.batchesPerEpoch,
    epoch: (index, start) => prefetchStream(source.epoch(index, start), count),
  };
}
