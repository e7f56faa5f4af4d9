import { expect, test } from 'vitest';
import { baselinesOf } from './baselines.ts';
import { naiveRow } from './settings.ts';

const values = Float64Array.of(1, 5, 2, 6, 3, 7, 100, 100);

test('simple methods, worked out by hand from the six values before the origin', () => {
  const forecasts = Object.entries(baselinesOf(2)).map(([name, baseline]) => [name, [...baseline(values, 6, 3)]]);
  expect(Object.fromEntries(forecasts)).toEqual({
    persistence: [7, 7, 7],
    'seasonal naive': [3, 7, 3],
    drift: [7 + 6 / 5, 7 + 12 / 5, 7 + 18 / 5].map((value) => expect.closeTo(value, 12)),
    // One more each season of two.
    'seasonal + trend': [4, 8, 5],
  });
});

test('a naive forecast never looks at its origin or beyond', () => {
  for (const season of [1, 2, 7]) {
    for (let step = 0; step < 20; step++) {
      const row = naiveRow(50, step, season);
      expect(row).toBeLessThan(50);
      expect(row).toBeGreaterThanOrEqual(50 - season);
      expect((50 + step - row) % season).toBe(0);
    }
  }
});
