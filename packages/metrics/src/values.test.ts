import { expect, it } from 'vitest';
import { bitsPerCharacter, maskFromLengths, perplexity } from './index.ts';

it('turns lengths into a time-major mask', () => {
  expect([...maskFromLengths([2, 0, 3], 3)]).toEqual([1, 0, 1, 1, 0, 1, 0, 0, 1]);
  expect(() => maskFromLengths([1, 4], 3)).toThrow(
    'maskFromLengths: lengths[1] is 4, expected a whole number from 0 to 3',
  );
});

it('turns nats into bits and into a number of choices', () => {
  expect(bitsPerCharacter(Math.log(8))).toBeCloseTo(3, 14);
  expect(perplexity(Math.log(8))).toBeCloseTo(8, 13);
});
