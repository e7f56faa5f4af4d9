import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maximumOf, minimumOf } from './extremes.ts';

test('are those of Math', () => {
  fc.assert(
    fc.property(fc.array(fc.double()), (values) => {
      expect(maximumOf(values)).toBe(Math.max(...values));
      expect(minimumOf(Float64Array.from(values))).toBe(Math.min(...values));
    }),
  );
});

test('take more values than a call takes arguments', () => {
  const values = new Float64Array(2_000_000).map((_, i) => i);
  expect([maximumOf(values), minimumOf(values)]).toEqual([1_999_999, 0]);
});
