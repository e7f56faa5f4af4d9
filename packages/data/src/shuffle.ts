import { Random } from '@sluice/core';
import { checkWhole } from './check.ts';

/**
 * The numbers 0 to count - 1 in an order that depends on seed and epoch alone:
 * `new Random(seed).fork('shuffle').fork(epoch).permutation(count)`.
 * @param seed a whole number from 0 to 2^53 - 1
 * @param epoch from 0
 * @throws OptionError when a number is not whole or out of its range
 */
export function shuffledOrder(count: number, seed: number, epoch: number): Int32Array {
  checkWhole('shuffledOrder', 'count', count, 0);
  checkWhole('shuffledOrder', 'epoch', epoch, 0);
  return new Random(seed).fork('shuffle').fork(epoch).permutation(count);
}

/** Seeded order, or 0 to count - 1 where there is no seed. */
export function orderOf(count: number, seed: number | undefined, epoch: number): Int32Array {
  return seed === undefined ? Int32Array.from({ length: count }, (_, i) => i) : shuffledOrder(count, seed, epoch);
}
