import { Random } from '@sluice/core';
import { expect, it } from 'vitest';
import { ctcBeamDecode, ctcGreedyDecode, type Scores } from './index.ts';

/** Logits of one row from probabilities. */
const row = (...probabilities: readonly number[][]): Scores => ({
  shape: [probabilities.length, 1, probabilities[0]!.length],
  data: probabilities.flat().map(Math.log),
});

/** Random logits [time, batch, classes]. */
const random = (seed: number, ...shape: number[]): Scores => ({
  shape,
  data: new Random(seed).normal(shape.reduce((a, b) => a * b)),
});

/** ln of the probability of each labelling of a row, summed over all paths that spell it. */
function exhaustive({ shape, data }: Scores, b: number, length: number, blank: number): Map<string, number> {
  const [, batch, classes] = shape;
  const steps = Array.from({ length }, (_, t) => {
    const powers = Array.from({ length: classes! }, (_, k) => Math.exp(data[(t * batch! + b) * classes! + k]!));
    const total = powers.reduce((x, y) => x + y);
    return powers.map((power) => power / total);
  });
  const sums = new Map<string, number>();
  const walk = (path: readonly number[], probability: number): void => {
    if (path.length === length) {
      const labels = path.filter((label, t) => label !== blank && label !== path[t - 1]).join();
      sums.set(labels, (sums.get(labels) ?? 0) + probability);
    } else {
      steps[path.length]!.forEach((p, k) => {
        walk([...path, k], probability * p);
      });
    }
  };
  walk([], 1);
  return sums;
}

it.each([0, 1, 2])('an infinite beam sums over every path of every labelling, with blank %i', (blank) => {
  const logits = random(blank, 6, 2, 3);
  const lengths = [6, 4];
  const decoded = ctcBeamDecode(logits, { blank, lengths, beamWidth: Number.POSITIVE_INFINITY, results: 1000 });
  lengths.forEach((length, b) => {
    const expected = exhaustive(logits, b, length, blank);
    expect(decoded[b]).toHaveLength(expected.size);
    for (const { labels, logProbability, score } of decoded[b]!) {
      expect(logProbability).toBeCloseTo(Math.log(expected.get(labels.join()) as number), 11);
      expect(score).toBe(logProbability);
    }
    const scores = decoded[b]!.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((x, y) => y - x));
  });
});

it('finds what the best path misses: many weak paths to one labelling', () => {
  // The single likeliest path is two blanks (0.36), but three paths spell one label (0.64).
  const logits = row([0.6, 0.4], [0.6, 0.4]);
  const [greedy] = ctcGreedyDecode(logits);
  expect(greedy!.labels).toEqual([]);
  expect(Math.exp(greedy!.logProbability)).toBeCloseTo(0.36, 12);
  const [best, second, ...rest] = ctcBeamDecode(logits, { results: 5 })[0]!;
  expect(best!.labels).toEqual([1]);
  expect(Math.exp(best!.logProbability)).toBeCloseTo(0.64, 12);
  expect(second!.labels).toEqual([]);
  expect(rest).toEqual([]);
});

it('merges repetitions and leaves blanks out', () => {
  const path = [1, 1, 0, 1, 2, 2, 0, 0, 3];
  const sure = row(...path.map((label) => [0, 1, 2, 3].map((k) => (k === label ? 0.97 : 0.01))));
  const last = row(...path.map((label) => [1, 2, 3, 0].map((k) => (k === label ? 0.97 : 0.01))));
  expect(ctcGreedyDecode(sure)[0]!.labels).toEqual([1, 1, 2, 3]);
  expect(ctcBeamDecode(sure)[0]![0]!.labels).toEqual([1, 1, 2, 3]);
  expect(ctcGreedyDecode(last, { blank: 3 })[0]!.labels).toEqual([0, 0, 1, 2]);
  expect(ctcBeamDecode(last, { blank: 3 })[0]![0]!.labels).toEqual([0, 0, 1, 2]);
  expect(ctcGreedyDecode(sure)[0]!.logProbability).toBeCloseTo(9 * Math.log(0.97), 12);
});

it('looks at no step beyond the end of a row', () => {
  const logits = random(7, 5, 2, 4);
  const lengths = [3, 0];
  const spoilt = { ...logits, data: Array.from(logits.data, (x, i) => (i % 8 < 4 && i < 24 ? x : Number.NaN)) };
  const short = { shape: [3, 1, 4], data: Array.from(logits.data).filter((_, i) => i % 8 < 4 && i < 24) };
  expect(ctcGreedyDecode(spoilt, { lengths })).toEqual([ctcGreedyDecode(short)[0], { labels: [], logProbability: 0 }]);
  expect(ctcBeamDecode(spoilt, { lengths })).toEqual([
    ctcBeamDecode(short)[0],
    [{ labels: [], logProbability: 0, score: 0 }],
  ]);
});

it('gives wider beams results that are no worse, and each labelling once', () => {
  const logits = random(3, 20, 4, 6);
  const widths = [1, 4, 16, 64];
  const best = widths.map((beamWidth) => ctcBeamDecode(logits, { beamWidth, results: beamWidth }));
  for (const found of best.flat()) {
    expect(new Set(found.map(({ labels }) => labels.join())).size).toBe(found.length);
  }
  for (const b of [0, 1, 2, 3]) {
    const scores = best.map((rows) => rows[b]![0]!.score);
    expect(scores[3]).toBeGreaterThanOrEqual(scores[0]!);
  }
});

it('adds what a language model gives for each label', () => {
  const logits = random(5, 5, 1, 3);
  const bigram = (prefix: readonly number[], next: number) => (prefix.at(-1) ?? 0) - 2 * next + prefix.length / 4;
  const bonusOf = (labels: readonly number[]) =>
    labels.reduce((sum, next, i) => sum + bigram(labels.slice(0, i), next), 0);
  const plain = exhaustive(logits, 0, 5, 0);
  const [found] = ctcBeamDecode(logits, { score: bigram, beamWidth: Number.POSITIVE_INFINITY, results: 1000 });
  expect(found).toHaveLength(plain.size);
  for (const { labels, logProbability, score } of found!) {
    expect(logProbability).toBeCloseTo(Math.log(plain.get(labels.join()) as number), 11);
    expect(score).toBeCloseTo(logProbability + bonusOf(labels), 11);
  }
  const scores = found!.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

it('follows no prefix that the language model forbids', () => {
  const logits = random(6, 6, 1, 4);
  const score = (prefix: readonly number[], next: number) =>
    next > (prefix.at(-1) ?? 0) ? 0 : Number.NEGATIVE_INFINITY;
  const [found] = ctcBeamDecode(logits, { score, beamWidth: Number.POSITIVE_INFINITY, results: 1000 });
  expect(found!.map(({ labels }) => labels.join()).sort()).toEqual(['', '1', '1,2', '1,2,3', '1,3', '2', '2,3', '3']);
});

it('takes classes of probability 0', () => {
  const logits = row([0.5, 0.5, 0], [0.5, 0.5, 0]);
  const [found] = ctcBeamDecode(logits, { results: 9 });
  expect(found!.map(({ labels }) => labels)).toEqual([[1], []]);
  expect(ctcGreedyDecode(row([1, 0], [0, 1]))).toEqual([{ labels: [1], logProbability: 0 }]);
});

it('says what is wrong', () => {
  const logits = random(1, 3, 2, 4);
  const messages: readonly [work: () => unknown, message: string][] = [
    [
      () => ctcGreedyDecode({ shape: [3, 8], data: logits.data }),
      'ctcGreedyDecode: logits has shape [3, 8], expected [time, batch, classes]',
    ],
    [
      () => ctcGreedyDecode({ shape: [3, 2, 5], data: logits.data }),
      'ctcGreedyDecode: logits has 24 elements, expected 30 for shape [3, 2, 5]',
    ],
    [
      () => ctcGreedyDecode(logits, { lengths: [3] }),
      'ctcGreedyDecode: lengths has 1 entries, expected 2, one per row of the batch',
    ],
    [
      () => ctcGreedyDecode(logits, { lengths: [3, 4] }),
      'ctcGreedyDecode: lengths[1] is 4, expected a whole number from 0 to 3',
    ],
    [() => ctcGreedyDecode(logits, { blank: 4 }), 'ctcGreedyDecode: blank is 4, expected a whole number from 0 to 3'],
    [
      () => ctcGreedyDecode({ shape: [1, 1, 2], data: [0, Number.NaN] }),
      'ctcGreedyDecode: logits[0][0] has no softmax, expected no NaN and no Infinity, and not -Infinity alone',
    ],
    [
      () => ctcBeamDecode({ shape: [1, 1, 2], data: [0, Number.POSITIVE_INFINITY] }),
      'ctcBeamDecode: logits[0][0] has no softmax, expected no NaN and no Infinity, and not -Infinity alone',
    ],
    [
      () => ctcBeamDecode(logits, { beamWidth: 0.5 }),
      'ctcBeamDecode: beamWidth is 0.5, expected a whole number of at least 1',
    ],
    [
      () => ctcBeamDecode(logits, { beamWidth: 3, results: 4 }),
      'ctcBeamDecode: results is 4, expected a whole number from 1 to 3',
    ],
    [
      () => ctcBeamDecode(logits, { score: () => Number.NaN }),
      'ctcBeamDecode: score gave NaN for 1 after [], expected a number below Infinity',
    ],
  ];
  for (const [work, message] of messages) expect(work).toThrow(message);
});

it('takes as many classes as an alphabet has', () => {
  const classes = 130_000;
  const data = Float32Array.from({ length: 3 * classes }, (_, i) =>
    i % classes === 129_999 - Math.floor(i / classes) ? 9 : 0,
  );
  const [path] = ctcGreedyDecode({ shape: [3, 1, classes], data });
  expect(path!.labels).toEqual([129_999, 129_998, 129_997]);
  const [beam] = ctcBeamDecode({ shape: [3, 1, classes], data }, { beamWidth: 2 });
  expect(beam![0]!.labels.length).toBeGreaterThan(0);
});

it.each([
  ['ctcGreedyDecode', ctcGreedyDecode, 'blank, lengths'],
  ['ctcBeamDecode', ctcBeamDecode, 'blank, lengths, beamWidth, results, score'],
] as const)('%s refuses options that are none, and what is no scores', (name, decode, known) => {
  const scores = { shape: [1, 1, 2], data: [0, 1] };
  expect(() => decode(scores, { length: [1] } as never)).toThrow(
    `${name}: length is no option, expected one of ${known}`,
  );
  expect(() => decode(scores, [1] as never)).toThrow(`${name}: options is of class Array, expected an object`);
  const expected =
    'logits has no shape and data on the host, expected { data: await tensor.data(), shape: tensor.shape }';
  for (const wrong of [undefined, [0, 1], { shape: [1, 1, 2], data: () => [] }]) {
    expect(() => decode(wrong as never)).toThrow(`${name}: ${expected}`);
  }
});
