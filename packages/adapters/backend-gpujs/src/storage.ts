import { DisposedError, type DType, type Operand } from '@sluice/core';
import type { Texels } from './gpu-js.ts';

/** Numbers on the GPU: one a texel, or two or four for fused kernels. */
export interface Block {
  readonly texels: Texels;
  readonly width: 1 | 2 | 4;
  /** Texels, also those that hold nothing. */
  readonly capacity: number;
}

/** Numbers that all elements of an int32 lie between. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
  /** Whether both are met. */
  readonly isExact?: boolean | undefined;
}

/** Bounds of some of the elements. */
export function within(bounds: Bounds | undefined): Bounds | undefined {
  return bounds && { low: bounds.low, high: bounds.high };
}

/** Bounds of the elements of both. */
export function union(a: Bounds | undefined, b: Bounds | undefined): Bounds | undefined {
  if (!a || !b) return undefined;
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/**
 * One array of the backend: its elements row-major in one block, whatever its shape, so that a reshape costs nothing. float32 and bool (0 and 1) take one
 * texel an element. int32 takes two, because float32 holds no more than 24 bits: first the upper halves of all elements, from -32768 to 32767, then the
 * lower halves, from 0 to 65535. Kernels that only move elements see a leading axis of 2.
 */
export interface GpujsStorage {
  readonly dtype: DType;
  /** Elements. */
  readonly size: number;
  /** Known of an int32 whose values came from the host or from others that are known. */
  readonly bounds: Bounds | undefined;
  /** `undefined` where there are no elements. */
  block: Block | undefined;
  /** Further blocks, of what fused kernels save for their way back; none elsewhere. */
  parts: readonly Block[];
  freed: boolean;
}

/** Texels of an element. */
export function planesOf(dtype: DType): number {
  return dtype === 'int32' ? 2 : 1;
}

/** @throws DisposedError when the storage has been freed. */
export function storageOf({ storage }: Operand<GpujsStorage>): GpujsStorage {
  if (storage.freed) throw new DisposedError('gpujs backend: a storage was used after it had been freed');
  return storage;
}

/** The block of an array that has elements. */
export function blockOf(operand: Operand<GpujsStorage>): Block {
  return storageOf(operand).block as Block;
}

export type X = Operand<GpujsStorage>;

/**
 * Texels to allocate for `count`: few sizes mean few kernels, each of which is compiled for one size. Up to 1,024 it is a power of two, above that at most
 * a quarter more than asked for.
 */
export function capacityFor(count: number): number {
  if (count <= 16) return 16;
  const octave = Math.floor(Math.log2(count - 1));
  const step = 2 ** (octave < 10 ? octave + 1 : octave - 2);
  return Math.ceil(count / step) * step;
}

/** The width of a nearly square texture of `capacity` texels: a power of two, so that a position is taken apart without a division. */
export function textureWidth(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity) / 2);
}
