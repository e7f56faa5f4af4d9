import { smallestNormal } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { compareData, defaultTolerances, type Precision } from './compare.ts';

const arrays = { float32: Float32Array, float64: Float64Array } as const;

describe.each(['bits', 'exact', 'rounded', 'relative'] as const)('%s', (precision: Precision) => {
  it.each(['float32', 'float64'] as const)(
    'lets a backend keep a %s below the smallest normal number or store zero',
    (dtype) => {
      const compare = (got: number, expected: number) => () => {
        const how = { label: 'x', shape: [1], dtype, precision };
        compareData(arrays[dtype].of(got), arrays[dtype].of(expected), defaultTolerances, how);
      };
      const small = smallestNormal[dtype] / 8;
      expect(compare(small, small)).not.toThrow();
      expect(compare(0, small)).not.toThrow();
      expect(compare(0, -small)).not.toThrow();
      if (precision === 'rounded') return;
      expect(compare(small, 4 * small)).toThrow(`expected ${4 * small}`);
      expect(compare(0, 16 * small)).toThrow(`expected ${16 * small}`);
      expect(compare(0, NaN)).toThrow('expected NaN');
    },
  );
});
