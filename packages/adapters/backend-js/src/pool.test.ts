import { describe, expect, it } from 'vitest';
import { ArrayPool } from './pool.ts';

const overhead = 256;

describe('ArrayPool', () => {
  it('hands a freed array out once, for the same dtype and length', () => {
    const pool = new ArrayPool(1000);
    const array = pool.take('float32', 8);
    pool.give('float32', array);
    expect(pool.bytes).toBe(32 + overhead);
    expect(pool.take('int32', 8)).not.toBe(array);
    expect(pool.take('float32', 4)).not.toBe(array);
    expect(pool.take('float32', 8)).toBe(array);
    expect(pool.take('float32', 8)).not.toBe(array);
    expect(pool.bytes).toBe(0);
  });

  it('drops the sizes longest out of use when it holds too much', () => {
    const pool = new ArrayPool(100 + 2 * overhead);
    const old = pool.take('float64', 5);
    const recent = pool.take('float64', 6);
    pool.give('float64', old);
    pool.give('float64', recent);
    pool.give('float64', pool.take('float64', 4));
    expect(pool.bytes).toBe(80 + 2 * overhead);
    expect(pool.take('float64', 5)).not.toBe(old);
    expect(pool.take('float64', 6)).toBe(recent);
    pool.give('float64', new Float64Array(100));
    expect(pool.bytes).toBe(32 + overhead);
  });

  it('counts what small arrays cost beside their elements', () => {
    const pool = new ArrayPool(2 ** 20);
    for (let i = 0; i < 20_000; i++) pool.give('float32', new Float32Array(1));
    expect(pool.bytes).toBeLessThanOrEqual(2 ** 20);
    expect(pool.bytes / (4 + overhead)).toBeLessThan(5000);
  });

  it('holds nothing once closed', () => {
    const pool = new ArrayPool(1000);
    pool.give('bool', new Uint8Array(8));
    pool.close();
    pool.give('bool', new Uint8Array(8));
    expect(pool.bytes).toBe(0);
  });
});
