import { Random } from '@sluice/core';
import { expect, it } from 'vitest';
import { cutAtGaps } from './baselines.ts';
import { trainingBatches } from './batches.ts';
import { boxOfInk } from './image.ts';
import { makeBatch, stepsOf } from './steps.ts';
import { compose, drawStrings, makeStrings } from './strings.ts';
import { bar, draw } from './testing/support.ts';

const digits = Array.from({ length: 10 }, (_, label) => ({ image: bar(4 + label, 3 + label), labels: [label] }));

it('composes strings of 3 to 6 digits, by the seed, of any width between', () => {
  const strings = makeStrings(digits, 200, 1);
  expect(makeStrings(digits, 200, 1)).toEqual(strings);
  expect(makeStrings(digits, 200, 2)).not.toEqual(strings);
  expect(new Set(strings.map(({ labels }) => labels.length))).toEqual(new Set([3, 4, 5, 6]));
  for (const { image, labels } of strings) {
    expect(image.height).toBe(28);
    const ink = labels.reduce((sum, label) => sum + 3 + label, 0);
    const between = image.width - ink - 2 * 4;
    expect(between).toBeGreaterThanOrEqual(-2 * (labels.length - 1) - 4);
    expect(between).toBeLessThanOrEqual(8 * (labels.length - 1) + 4);
  }
});

it('has touching digits, which cannot be cut at gaps, and others, which can', () => {
  const strings = makeStrings(digits, 200, 1);
  const cut = strings.filter(({ image, labels }) => cutAtGaps(image).length === labels.length).length;
  expect(cut).toBeGreaterThan(20);
  expect(cut).toBeLessThan(180);
});

it('writes digits in their order', () => {
  const strings = Array.from({ length: 20 }, (_, seed) => compose([digits[1]!, digits[9]!], new Random(seed)));
  const apart = strings.map(({ image }) => cutAtGaps(image)).filter(({ length }) => length === 2);
  expect(apart.length).toBeGreaterThan(5);
  for (const [one, nine] of apart) expect(boxOfInk(one!)?.width).toBeLessThan(boxOfInk(nine!)!.width);
  expect(strings[0]!.labels).toEqual([1, 9]);
});

it('trains on strings of one length in a batch', () => {
  const lengths = Array.from({ length: 40 }, (_, seed) => {
    const batch = drawStrings(digits, 3, new Random(seed)).map(({ labels }) => labels.length);
    expect(new Set(batch).size).toBe(1);
    return batch[0];
  });
  expect(new Set(lengths)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
});

it('reads a digit by rows and a string by pairs of columns', () => {
  expect(stepsOf('digit', bar(0, 2))).toMatchObject({ shape: [28, 28] });
  expect([...stepsOf('digit', bar(0, 2)).data].slice(4 * 28, 4 * 28 + 4)).toEqual([1, 1, 0, 0]);
  const { shape, data } = stepsOf('string', draw('#.#', '..#'));
  expect(shape).toEqual([2, 4]);
  expect([...data]).toEqual([1, 0, 0, 0, 1, 1, 0, 0]);
  const { inputs, lengths, labels } = makeBatch('string', [
    digits[3]!,
    { image: draw(...Array(28).fill('.')), labels: [] },
  ]);
  expect(inputs.shape).toEqual([14, 2, 56]);
  expect([...lengths]).toEqual([14, 1]);
  expect(labels).toEqual([[3], []]);
});

it.each(['digit', 'string'] as const)('goes on with an epoch of %ss where it is asked to', async (task) => {
  const source = trainingBatches(task, digits, { batch: 4, count: 10, seed: 1 });
  const read = async (epoch: number, start?: number) => {
    const batches = [];
    for await (const batch of source.epoch(epoch, start)) batches.push(batch);
    return batches;
  };
  const whole = await read(0);
  expect(whole).toHaveLength(3);
  expect(await read(0, 2)).toEqual(whole.slice(2));
  expect(await read(1)).not.toEqual(whole);
});
