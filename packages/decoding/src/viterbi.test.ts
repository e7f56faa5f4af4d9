import { Random } from '@sluice/core';
import { expect, it } from 'vitest';
import { viterbiDecode } from './index.ts';

interface Chain {
  readonly transitions: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

/** The best of all paths through steps [time][tags]. */
function exhaustive(steps: readonly number[][], { transitions, start, end }: Chain): { tags: number[]; score: number } {
  let best = { tags: [] as number[], score: Number.NEGATIVE_INFINITY };
  const count = steps[0]!.length;
  const walk = (tags: readonly number[], score: number): void => {
    if (tags.length === steps.length) {
      const total = score + end[tags.at(-1) as number]!;
      if (total > best.score) best = { tags: [...tags], score: total };
      return;
    }
    for (let tag = 0; tag < count; tag++) {
      const step = tags.length === 0 ? start[tag] : transitions[(tags.at(-1) as number) * count + tag];
      walk([...tags, tag], score + step! + steps[tags.length]![tag]!);
    }
  };
  walk([], 0);
  return best;
}

it('is the best of all paths, row by row', () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const [time, batch, tags] = [5, 3, 3];
    const data = random.normal(time * batch * tags);
    const chain = { transitions: random.normal(tags * tags), start: random.normal(tags), end: random.normal(tags) };
    const lengths = [5, 1, random.integer(2, 5)];
    const paths = viterbiDecode({ shape: [time, batch, tags], data }, { ...chain, lengths });
    paths.forEach(({ tags: found, score }, row) => {
      const steps = Array.from({ length: lengths[row]! }, (_, t) =>
        Array.from({ length: tags }, (_, tag) => data[(t * batch + row) * tags + tag]!),
      );
      const expected = exhaustive(steps, chain);
      expect([...found]).toEqual(expected.tags);
      expect(score).toBeCloseTo(expected.score, 12);
    });
  }
});

it('takes the likeliest tags where nothing connects them, and the first of equals', () => {
  const scores = { shape: [3, 1, 3], data: [0, 1, 0.5, 2, 2, 0, 0, 0, 0] };
  expect(viterbiDecode(scores, { transitions: new Float64Array(9) })).toEqual([
    { tags: Int32Array.of(1, 0, 0), score: 3 },
  ]);
});

// Russell & Norvig's umbrella world, whose likeliest weather for umbrella, umbrella, none, umbrella, umbrella is rain but on day 3.
it('explains the umbrellas', () => {
  const [rain, dry] = [
    [0.9, 0.2],
    [0.1, 0.8],
  ];
  const log = (values: readonly number[]) => values.map(Math.log);
  const data = [rain, rain, dry, rain, rain].flatMap(log);
  const chain = { transitions: log([0.7, 0.3, 0.3, 0.7]), start: log([0.5, 0.5]) };
  const { tags, score } = viterbiDecode({ shape: [5, 1, 2], data }, chain)[0]!;
  expect([...tags]).toEqual([0, 0, 1, 0, 0]);
  expect(Math.exp(score)).toBeCloseTo(0.5 * 0.9 * 0.7 * 0.9 * 0.3 * 0.8 * 0.3 * 0.9 * 0.7 * 0.9, 12);
});

it('goes round what -Infinity forbids, and has no tags for a row of length 0', () => {
  const never = Number.NEGATIVE_INFINITY;
  const scores = { shape: [2, 2, 2], data: [5, 1, 0, 0, 5, 2, 0, 0] };
  const paths = viterbiDecode(scores, { transitions: [never, 0, 0, never], lengths: [2, 0] });
  expect(paths).toEqual([
    { tags: Int32Array.of(0, 1), score: 7 },
    { tags: new Int32Array(), score: 0 },
  ]);
  const closed = viterbiDecode(scores, { transitions: [never, never, never, never] });
  expect(closed.map(({ score }) => score)).toEqual([never, never]);
});

it('says what is wrong', () => {
  const scores = { shape: [2, 1, 2], data: [0, 1, 2, 3] };
  const transitions = [0, 0, 0, 0];
  const messages: readonly [work: () => unknown, message: string][] = [
    [
      () => viterbiDecode(scores, { transitions: [0, 0] }),
      'viterbiDecode: transitions has 2 elements, expected 4 for shape [2, 2]',
    ],
    [
      () => viterbiDecode(scores, { transitions, start: [1, 2, 3] }),
      'viterbiDecode: start has 3 elements, expected 2 for shape [2]',
    ],
    [
      () => viterbiDecode(scores, { transitions, end: [0, Number.NaN] }),
      'viterbiDecode: end[1] is NaN, expected a number',
    ],
    [
      () => viterbiDecode({ ...scores, data: [0, 1, 2, Number.NaN] }, { transitions }),
      'viterbiDecode: emissions[1][0] leads to NaN, expected no NaN and no Infinity',
    ],
    [
      () => viterbiDecode({ ...scores, shape: [4] }, { transitions }),
      'viterbiDecode: emissions has shape [4], expected [time, batch, classes]',
    ],
  ];
  for (const [work, message] of messages) expect(work).toThrow(message);
});

it('refuses options that are none, and what cannot be added up', () => {
  const scores = { shape: [1, 1, 2], data: [0, 1] };
  const transitions = new Float64Array(4);
  const decode =
    (options: unknown, emissions: unknown = scores) =>
    () =>
      viterbiDecode(emissions as never, options as never);
  expect(decode(undefined)).toThrow('viterbiDecode: transitions is missing; it has no default');
  expect(decode(transitions)).toThrow('viterbiDecode: options is of class Float64Array');
  expect(decode({ transitions, starts: [0, 0] })).toThrow(
    'viterbiDecode: starts is no option, expected one of transitions',
  );
  expect(decode({ transitions }, [0, 1])).toThrow('viterbiDecode: emissions has no shape and data on the host');
  const infinite = { shape: [1, 1, 2], data: [0, Number.POSITIVE_INFINITY] };
  expect(decode({ transitions, end: [0, Number.NEGATIVE_INFINITY] }, infinite)).toThrow(
    'viterbiDecode: end leads to NaN',
  );
});
