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

/** All tokens that can be drawn. */
function drawable(logits: ArrayLike<number>, options: SampleOptions): number[] {
  const found = new Set<number>();
  for (let k = 0; k < 400; k++) {
    const random = { next: () => (k + 0.5) / 400 } as Random;
    found.add(sampleToken(logits, random, options));
  }
  return [...found].sort((a, b) => a - b);
}

it.each([
  ['numbers', (values: number[]) => values],
  ['float32', (values: number[]) => Float32Array.from(values)],
] as const)('keeps no token too many where probabilities add up to topP exactly: %s', (_, arrayOf) => {
  expect(drawable(arrayOf([0.3, 0.1, 0.1, 0.5].map(Math.log)), { topP: 0.8 })).toEqual([0, 3]);
  const random = new Random(4);
  for (let k = 0; k < 300; k++) {
    const weights = Array.from({ length: random.integer(2, 9) }, () => random.integer(1, 12));
    const total = weights.reduce((a, b) => a + b);
    const order = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]!);
    let reached = 0;
    order.forEach((id, rank) => {
      reached += weights[id]!;
      const expected = order.slice(0, rank + 1).sort((a, b) => a - b);
      const shifted = arrayOf(weights.map((weight) => Math.log(weight) + k / 40 - 4));
      expect(drawable(shifted, { topP: reached / total })).toEqual(expected);
      if (rank === 0) return;
      const above = (reached - weights[id]! + 0.01) / total;
      expect(drawable(shifted, { topP: above })).toEqual(expected);
    });
  }
});

it('takes options at their ends', () => {
  const all = [0, 1, 2, 3, 4];
  const wide = [0, -600, -700, 5];
  expect(drawable(logits, { topK: Number.POSITIVE_INFINITY })).toEqual(all);
  expect(drawable(logits, { topK: 1e300, topP: 1 })).toEqual(all);
  expect(drawable(logits, { topK: Number.POSITIVE_INFINITY, topP: 0.5 })).toEqual([1, 2]);
  expect(drawable(logits, { topP: Number.MIN_VALUE })).toEqual([1]);
  expect(drawable(logits, { topP: 1 - Number.EPSILON })).toEqual(all);
  expect(drawable(logits, { topK: 1, topP: 0.3 })).toEqual([1]);
  expect(drawable(logits, { temperature: Number.MIN_VALUE })).toEqual([1]);
  expect(drawable(logits, { temperature: 1e300 })).toEqual(all);
  expect(drawable(logits, { temperature: 1e300, topK: 2 })).toEqual([1, 2]);
  expect(drawable(wide, { temperature: 1e300, topK: 3 })).toEqual([0, 1, 3]);
  expect(drawable([-1e308, 1e308], { topP: 0.9 })).toEqual([1]);
  const never = Number.NEGATIVE_INFINITY;
  for (const options of [{}, { temperature: 1e308 }, { topK: 3 }, { topP: 0.99 }, { temperature: 0 }]) {
    expect(drawable([never, 2, never], options)).toEqual([1]);
  }
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
    [() => sampleToken([0, Number.NaN], random), 'sampleToken: logits[1] is NaN, expected a number below Infinity'],
    [
      () => sampleToken(logits, random, { temperature: -1 }),
      'sampleToken: temperature is -1, expected a finite number of at least 0',
    ],
    [() => sampleToken(logits, random, { topK: 0 }), 'sampleToken: topK is 0, expected a whole number of at least 1'],
    [
      () => sampleToken([0, Number.POSITIVE_INFINITY], random),
      'sampleToken: logits[1] is Infinity, expected a number below',
    ],
    [
      () => sampleToken([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], random, { temperature: 0 }),
      'sampleToken: logits are all -Infinity, expected one that can be drawn',
    ],
    [() => sampleToken({ shape: [2] } as never, random), 'sampleToken: logits are none, expected an array of numbers'],
    [() => sampleToken(logits, { topK: 2 } as never), 'sampleToken: random is none, expected a Random'],
    [() => sampleToken(logits, random, { topk: 2 } as never), 'sampleToken: topk is no option, expected one of'],
    [
      () => sampleToken(logits, random, 0.7 as never),
      'sampleToken: options is a number, expected an object with options',
    ],
    [
      () => sampleToken(logits, random, { topK: 1.5 }),
      'sampleToken: topK is 1.5, expected a whole number of at least 1',
    ],
    [() => sampleToken(logits, random, { topK: Number.NaN }), 'sampleToken: topK is NaN, expected a whole number'],
    [
      () => sampleToken(logits, random, { topP: '0.5' as never }),
      'sampleToken: topP is 0.5, expected a number above 0',
    ],
    [
      () => sampleToken(logits, random, { temperature: Number.POSITIVE_INFINITY }),
      'sampleToken: temperature is Infinity, expected a finite number of at least 0',
    ],
    [() => sampleToken(logits, random, { topP: 0 }), 'sampleToken: topP is 0, expected a number above 0 and at most 1'],
  ];
  for (const [work, message] of messages) expect(work).toThrow(message);
});
