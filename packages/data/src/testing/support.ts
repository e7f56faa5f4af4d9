import { expect } from 'vitest';
import type { BatchSource } from '../batch-source.ts';

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of source) elements.push(element);
  return elements;
}

/** The contract of BatchSource: an epoch repeats, and begun late it yields the rest. */
export async function expectResumable(source: BatchSource<unknown>, epoch: number, start: number): Promise<void> {
  const all = await collect(source.epoch(epoch));
  expect(await collect(source.epoch(epoch))).toEqual(all);
  if (source.batchesPerEpoch !== undefined) expect(all.length).toBe(source.batchesPerEpoch);
  const from = Math.min(start, all.length);
  expect(await collect(source.epoch(epoch, from))).toEqual(all.slice(from));
}
