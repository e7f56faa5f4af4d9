import { Random } from '@sluice/core';
import { expect, it } from 'vitest';
import { type SampleOptions, sampleToken } from './index.ts';

const probabilities = [0.1, 0.4, 0.3, 0.15, 0.05];
const logits = probabilities.map((p) => Math.log(p) + 7);

/** The share of each token among many draws. */
function shares(options: SampleOptions, draws = 20_000): number[] {
  const random = new Random(1);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sampleToken(logits, random, options)]! += 1 / draws;
  return counts;
}

const normalized = (weights: readonly number[]) => {
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
};

it.each<[SampleOptions, readonly number[]]>([
  [{}, probabilities],
  [{ temperature: 2 }, probabilities.map(Math.sqrt)],
  [{ temperature: 0.5 }, probabilities.map((p) => p * p)],
  [{ topK: 2 }, [0, 0.4, 0.3, 0, 0]],
  [{ topK: 9 }, probabilities],
  [{ topP: 0.5 }, [0, 0.4, 0.3, 0, 0]],
  [{ topP: 0.75 }, [0, 0.4, 0.3, 0.15, 0]],
  [{ topP: 0.01 }, [0, 1, 0, 0, 0]],
  // Among the first three, 0.4 has a share of 0.47.
  [{ topK: 3, topP: 0.45 }, [0, 1, 0, 0, 0]],
  [{ topK: 3, topP: 0.5 }, [0, 0.4, 0.3, 0, 0]],
  [{ topK: 4, temperature: 2, topP: 1 }, [0.1, 0.4, 0.3, 0.15, 0].map(Math.sqrt)],
])('draws as %o says', (options, weights) => {
  const drawn = shares(options);
  normalized(weights).forEach((share, id) => {
    if (share === 0) expect(drawn[id]).toBe(0);
    else expect(Math.abs(drawn[id]! - share)).toBeLessThan(0.015);
  });
});

it('takes the likeliest at temperature 0, and draws nothing for it', () => {
  const random = new Random(2);
  expect(sampleToken(logits, random, { temperature: 0 })).toBe(1);
  expect(sampleToken([3, 5, 5], random, { temperature: 0 })).toBe(1);
  expect(random.state.position).toBe(0);
});

it('is the same for the same seed, and never a token that is impossible', () => {
  const draw = () => {
    const random = new Random(9);
    return Array.from({ length: 200 }, () => sampleToken([0, Number.NEGATIVE_INFINITY, 0.5], random));
  };
  expect(draw()).toEqual(draw());
  expect(new Set(draw())).toEqual(new Set([0, 2]));
});

it('says what is wrong', () => {
  const random = new Random(0);
  const messages: readonly [work: () => unknown, message: string][] = [
    [() => sampleToken([], random), 'sampleToken: logits are empty, expected at least one'],
    [() => sampleToken([0, Number.NaN], random), 'sampleToken: logits[1] is NaN, expected a number'],
    [
      () => sampleToken(logits, random, { temperature: -1 }),
      'sampleToken: temperature is -1, expected a finite number of at least 0',
    ],
    [() => sampleToken(logits, random, { topK: 0 }), 'sampleToken: topK is 0, expected a whole number of at least 1'],
    [() => sampleToken(logits, random, { topP: 0 }), 'sampleToken: topP is 0, expected a number above 0 and at most 1'],
  ];
  for (const [work, message] of messages) expect(work).toThrow(message);
});
